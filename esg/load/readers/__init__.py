"""Readers: a module for each kind of source, each giving parts to select from."""
