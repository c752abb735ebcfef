"""What an organizer looks at first: where the season stands, what waits, what broke.

Reads everything, writes nothing but "try again".
"""
