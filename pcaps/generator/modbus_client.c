/* A Modbus/TCP client on libmodbus: polls and writes one server to a plan.
 *
 *   plant-client HOST T0 SPEED DURATION < PLAN
 *
 * A line of the plan, times in plant seconds (an address counts from 0):
 *   poll  FIRST PERIOD UNIT FC ADDRESS QUANTITY
 *   write AT UNIT FC ADDRESS VALUE...            (FC 5, 6, 15, 16)
 * Tasks run in order of time on one connection; it is opened at the first task and again after a
 * time-out, as an HMI does. */
#include <errno.h>
#include <modbus.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { kMaxTasks = 64, kMaxValues = 16 };

struct task {
  double due, period; /* period 0: once */
  int done;
  int unit, fc, address, count;
  uint16_t values[kMaxValues];
};

static struct task tasks[kMaxTasks];
static int task_count;

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void read_plan(void) {
  char line[256];
  while (task_count < kMaxTasks && fgets(line, sizeof line, stdin)) {
    struct task* t = &tasks[task_count];
    int used = 0;
    if (sscanf(line, "poll %lf %lf %d %d %d %d", &t->due, &t->period, &t->unit, &t->fc, &t->address,
               &t->count) == 6) {
      task_count++;
    } else if (sscanf(line, "write %lf %d %d %d %n", &t->due, &t->unit, &t->fc, &t->address,
                      &used) == 4) {
      char* rest = line + used;
      for (char* word = strtok(rest, " \n"); word && t->count < kMaxValues;
           word = strtok(NULL, " \n")) {
        t->values[t->count++] = (uint16_t)atoi(word);
      }
      task_count++;
    } else {
      fprintf(stderr, "plant-client: bad line: %s", line);
      exit(2);
    }
  }
}

static int run(modbus_t* bus, struct task* t) {
  uint16_t words[MODBUS_MAX_READ_REGISTERS];
  uint8_t bits[MODBUS_MAX_READ_BITS];
  modbus_set_slave(bus, t->unit);
  switch (t->fc) {
    case 1:
      return modbus_read_bits(bus, t->address, t->count, bits);
    case 2:
      return modbus_read_input_bits(bus, t->address, t->count, bits);
    case 3:
      return modbus_read_registers(bus, t->address, t->count, words);
    case 4:
      return modbus_read_input_registers(bus, t->address, t->count, words);
    case 5:
      return modbus_write_bit(bus, t->address, t->values[0]);
    case 6:
      return modbus_write_register(bus, t->address, t->values[0]);
    case 15:
      for (int i = 0; i < t->count; i++) {
        bits[i] = (uint8_t)t->values[i];
      }
      return modbus_write_bits(bus, t->address, t->count, bits);
    case 16:
      return modbus_write_registers(bus, t->address, t->count, t->values);
    default:
      fprintf(stderr, "plant-client: function %d is not in the plan language\n", t->fc);
      exit(2);
  }
}

static void sleep_until(double when) {
  struct timespec t = {.tv_sec = (time_t)when};
  t.tv_nsec = (long)((when - (double)t.tv_sec) * 1e9);
  while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL) == EINTR) {
  }
}

int main(int argc, char** argv) {
  if (argc != 5) {
    fprintf(stderr, "usage: plant-client HOST T0 SPEED DURATION < PLAN\n");
    return 2;
  }
  const double t0 = atof(argv[2]), speed = atof(argv[3]), duration = atof(argv[4]);
  read_plan();
  modbus_t* bus = modbus_new_tcp(argv[1], 502);
  modbus_set_response_timeout(bus, 0, 300000);
  int connected = 0;
  for (;;) {
    struct task* next = NULL;
    for (int i = 0; i < task_count; i++) {
      if (!tasks[i].done && (!next || tasks[i].due < next->due)) {
        next = &tasks[i];
      }
    }
    if (!next || next->due >= duration) {
      break;
    }
    sleep_until(t0 + next->due / speed);
    if (!connected) {
      connected = modbus_connect(bus) == 0;
    }
    if (connected && run(bus, next) < 0 && errno < MODBUS_ENOBASE) {
      fprintf(stderr, "plant-client: %s at %.1f: %s\n", argv[1], next->due, modbus_strerror(errno));
      modbus_close(bus);
      connected = 0;
    }
    const double plant = (now() - t0) * speed;
    next->done = next->period <= 0;
    next->due += next->period;
    while (next->period > 0 && next->due < plant - next->period) {
      next->due += next->period; /* missed while waiting for an answer */
    }
  }
  sleep_until(t0 + (duration + 20) / speed); /* the connection outlives the capture */
  return 0;
}
