"""What production refuses, security headers, and what logs and error reports leave out."""
