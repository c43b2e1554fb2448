"""What figures of people say about other people: intervals, differences, and how sure they are."""
