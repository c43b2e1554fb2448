"""The table of text -> checked events: every row kept, rejected or merged."""
