"""Founding: claims, cases, visits, disputes."""
