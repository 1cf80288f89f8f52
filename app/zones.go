package app

// The days of an office are those of its zone, and Windows has none of these tables.
import _ "time/tzdata"
