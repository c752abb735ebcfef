"""A believable season in any stage, for demonstrations, contributors and tests.

Stands above the features and below the registers: it uses everything and nothing uses it. Schools,
people and films are made up; the films are made here by ffmpeg, each different.
"""
