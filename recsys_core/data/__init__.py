"""From a file that people have to a checked data set."""
