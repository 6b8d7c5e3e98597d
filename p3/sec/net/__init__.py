"""Asking EDGAR: one client, one pace for all processes of a user, bodies whole or not at all."""
