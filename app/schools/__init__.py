"""Schools and the teachers who belong to them: registration, approval, membership, agreement.

A school is the tenant: nobody sees another school. It is approved once somebody has made sure that
it really is it, its lead lets teachers in and accepts the season's agreement. What it enters lives
above.
"""
