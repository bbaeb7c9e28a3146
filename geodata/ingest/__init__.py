"""Import workflow: files in, accepted or refused rows out."""
