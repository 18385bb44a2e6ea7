package library

import (
	"fmt"
	"time"
)

// Words tells an event in one plain sentence, for an audit trail. Zone is the
// site's.
func Words(ev Event, zone *time.Location) string {
	switch ev := ev.(type) {
	case Drafted:
		return fmt.Sprintf("Submitted version %d as a draft: %s", ev.Version, ev.Title)
	case VersionReviewed:
		return fmt.Sprintf("Reviewed version %d.", ev.Version)
	case VersionApproved:
		if ev.ReviewedBy == "" {
			return fmt.Sprintf("Approved version %d, without a review.", ev.Version)
		}
		return fmt.Sprintf("Approved version %d, on the review by %s.", ev.Version, ev.ReviewedBy)
	case MadeEffective:
		line := fmt.Sprintf("Put version %d into effect", ev.Version)
		if !ev.From.IsZero() {
			line += " from " + moment(ev.From, zone)
		}
		if ev.Supersedes > 0 {
			line += fmt.Sprintf(", in place of version %d", ev.Supersedes)
		}
		return line + "."
	case VersionWithdrawn:
		return fmt.Sprintf("Withdrew version %d: %s", ev.Version, ev.Reason)
	case CommandRefused:
		return fmt.Sprintf("Refused to %s version %d: %s", attemptWords(ev.Attempt), ev.Version, ev.Sentence)
	}
	return ""
}

// attemptWords say what was tried, before "version 3".
func attemptWords(command string) string {
	switch command {
	case "make effective":
		return "put into effect"
	case "set site values":
		return "set the site's values for"
	}
	return command
}
