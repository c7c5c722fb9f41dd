"""What people say of packages: stars, for now."""
