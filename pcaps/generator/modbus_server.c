/* A Modbus/TCP controller on libmodbus: 200 registers and 64 bits of each table, of which the
 * input registers follow the process. It answers 43/14 with exception 1, as many small
 * controllers do.
 *
 *   plant-server ADDRESS SEED */
#include <errno.h>
#include <math.h>
#include <modbus.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum { kClients = 16, kRegisters = 200, kBits = 64 };

static void follow_process(modbus_mapping_t* map, int seed) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  const double phase = ((double)t.tv_sec + (double)t.tv_nsec * 1e-9) / 3 + seed;
  for (int i = 0; i < 40; i++) {
    const uint16_t value = (uint16_t)(1000 + 20 * seed + 10 * i + 60 * sin(phase + i));
    map->tab_input_registers[i] = value;
    map->tab_registers[i] = value;
  }
  for (int i = 0; i < 16; i++) {
    map->tab_input_bits[i] = sin(phase + i) > 0;
  }
}

int main(int argc, char** argv) {
  if (argc != 3) {
    fprintf(stderr, "usage: plant-server ADDRESS SEED\n");
    return 2;
  }
  modbus_t* bus = modbus_new_tcp(argv[1], 502);
  modbus_mapping_t* map = modbus_mapping_new(kBits, kBits, kRegisters, kRegisters);
  const int listener = modbus_tcp_listen(bus, kClients);
  if (listener < 0 || !map) {
    fprintf(stderr, "plant-server: %s: %s\n", argv[1], modbus_strerror(errno));
    return 4;
  }
  /* libmodbus waits this long before it throws away the rest of a request it does not know. */
  modbus_set_response_timeout(bus, 0, 3000);
  struct pollfd waiting[kClients + 1] = {{.fd = listener, .events = POLLIN}};
  int count = 1;
  for (;;) {
    poll(waiting, (nfds_t)count, -1);
    follow_process(map, atoi(argv[2]));
    for (int i = count - 1; i > 0; i--) {
      if (!waiting[i].revents) {
        continue;
      }
      uint8_t query[MODBUS_TCP_MAX_ADU_LENGTH];
      modbus_set_socket(bus, waiting[i].fd);
      const int size = modbus_receive(bus, query);
      if (size > 0) {
        modbus_reply(bus, query, size, map);
      } else if (size < 0) {
        close(waiting[i].fd);
        waiting[i] = waiting[--count];
      }
    }
    if (waiting[0].revents) {
      int fd = listener;
      fd = modbus_tcp_accept(bus, &fd);
      if (fd >= 0 && count <= kClients) {
        waiting[count++] = (struct pollfd){.fd = fd, .events = POLLIN};
      }
    }
  }
}
