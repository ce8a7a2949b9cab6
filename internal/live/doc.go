// Package live speaks with a firewall as it is now: it runs the program, or makes the
// request, that reads its text, and runs the program that takes a script to it.
//
// Whatever it runs is bounded in time and in size, and ends as a whole: a program is
// killed with all that it started. What it is given to keep secret is in no error.
//
//   - [Gate] says whether programs may be run at all.
//   - [Command] is a program: arguments without a shell, a stated environment.
//   - [Request] is a text that is read over https.
//   - [Secrets] takes secrets out of a text that people read.
//
// It knows nothing of Terraform, rules or formats.
package live
