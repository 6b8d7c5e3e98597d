"""Numbers read from the statements that a filing prints: pages of text to line items, without a model."""
