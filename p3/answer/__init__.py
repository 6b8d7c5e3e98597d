"""Answers to questions: numbers computed from line items, otherwise sentences quoted from filings, each with its
source.

A question is read by rules (`tokens`, `reading`), computed by arithmetic over line items (`expression`, `numeric`) or
answered by
quotation (`quotes`); a language model, where one is configured, only words what the passages say (`worded`), and
`gate` withholds
whatever does not stand in them. Nothing here is computed by a model.
"""
