"""How long what is kept, and what then: the schedule, the job that keeps it, what a school may ask.

The schedule itself is `app/retention.toml`. Its words: a *row* of the schedule, what is *due*, a
*notice* before something goes, a *tombstone* for what was erased, a school's *belongings*. Stands
above all features, because it must reach what each of them keeps.
"""
