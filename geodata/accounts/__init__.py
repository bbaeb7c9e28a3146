"""Accounts: signing in and out, users, posts, handing over."""
