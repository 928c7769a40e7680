"""What a picture shows: people, landmarks, hands; then the pose and the camera that explain them. Needs `[photo]`."""
