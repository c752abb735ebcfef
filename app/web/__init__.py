"""What all pages share: access, sessions, errors, security headers, templating, forms, caching.

Knows Flask, and nothing of the contest.
"""
