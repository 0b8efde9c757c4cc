"""Which trainings answer one question together, one page each.

A page has `settings(ask, asked)`, what each training sets beside what all share, so that a wrong one is told before any
recording is opened; `members(ask, asked, shown, say)`, the trainings with their clips; and `finish(ask, rows, say)`, which
writes the table, leaves one model, and gives what came out.
"""
