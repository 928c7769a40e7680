"""The body: rotations, kinematics, skinning, surfaces, cameras and pictures."""
