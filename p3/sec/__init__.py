"""The SEC's EDGAR: asking it politely, and reading what it answers into frames and text.

Nothing here opens a store: what is kept goes through the ``RawStore`` protocol of ``p3.sec.store``.
"""
