"""The public face: home, rules, gallery, watching, winners, downloading.

Reads everything, writes nothing. What may be shown is decided by entries and awards, each time.
"""
