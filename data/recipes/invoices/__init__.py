"""Draws French invoices of invented suppliers, with the box and the class of every word."""
