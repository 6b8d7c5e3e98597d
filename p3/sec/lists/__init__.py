"""What EDGAR lists of companies and filings, from its answers or from its nightly archives, as frames."""
