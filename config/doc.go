// Package config reads a site's configuration: one YAML file, the environment and flags, a later one winning over an
// earlier one. It is the only owner of viper.
//
// It promises to be strict and complete: a key, a variable or a value that it does not understand is refused with a
// suggestion, and all that is wrong is said at once. One table of fields (fields.go) makes the defaults, the flags, the
// names in the environment, the checks, the example file and the print-out, so that none can disagree with another.
//
// Secrets may stand in files of their own (file:/run/secrets/dsn). A [Secret] does not print, log or marshal itself.
// Whoever holds the configuration file holds what is written in it; with file: secrets that is no more than a path.
package config
