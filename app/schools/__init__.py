"""Schools and the teachers who belong to them: registration, approval, membership.

A school is the tenant: nobody sees another school. What it enters lives above.
"""
