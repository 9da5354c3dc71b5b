//! Reports for people and programs: the JSON of the command line.
