"""People's Choice: the public's ballots, asked for by mail and confirmed by hand.

An address is used once, to send one mail. What stays is a keyed hash that tells voters apart.
"""
