"""Callbacks: what watches training and acts."""
