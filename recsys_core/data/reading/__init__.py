"""The file -> a table of text: nothing cast, nothing lost without a count."""
