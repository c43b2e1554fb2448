"""People of several kinds who live in a described domain, and what they were shown: no data are needed."""
