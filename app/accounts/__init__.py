"""People with an account: who they are, how they sign in, what their roles allow.

Students never have one. Schools, panels and everything a person may do it to live above.
"""
