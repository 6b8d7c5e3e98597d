"""Standardised line items out of XBRL facts.

The rules are data; what was known when, fiscal periods and the share basis follow from them. Pure: frames in and out.
"""
