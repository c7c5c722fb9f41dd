"""The one public door: who asks, where it goes, and answers that several services make together."""
