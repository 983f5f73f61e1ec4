#include "sensor/command_line.hpp"

int main(int argc, char** argv) { return prahari::run_command_line(argc, argv); }
