"""Training data that the project makes itself: poses, words about them, changes between them, talk."""
