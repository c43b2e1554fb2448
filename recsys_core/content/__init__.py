"""What is known about items beyond who met them (words, pictures, attributes), and how it becomes numbers."""
