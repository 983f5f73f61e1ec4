// From argv to the command that was meant. The only place that knows CLI11.

#pragma once

namespace prahari {

// Runs the command and returns the exit status; --help and --version print and end with 0.
// A mistake is told in one line on standard error and ends with 2.
int run_command_line(int argc, char** argv);

}  // namespace prahari
