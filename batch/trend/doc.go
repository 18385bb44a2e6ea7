// Package trend follows a process from batch to batch: critical values,
// calculated results, timings, budgets and exceptions, by protocol, unit and
// the role of whoever recorded them, with the control limits of a Shewhart
// chart (DEV-08).
//
// It promises three things. A chart says nothing that its points do not: with
// fewer than eight it calls its limits provisional, with fewer than three it
// has none. Its figures are exact; only what is shown is rounded. And it holds
// no patient: a point is a figure, a batch and a time.
//
// Control limits are no limits of acceptance. They say what the process does,
// not what it may do; where the protocol has bounds of its own they are drawn
// beside them.
package trend
