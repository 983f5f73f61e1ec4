/* The plant's switch: every host hangs on one access port of one VLAN, and a mirror writes what
 * enters the switch to a pcap file with 802.1Q tags, as a trunk capture shows it.
 *
 *   plant-switch OUT T0 SPEED EPOCH DURATION MIRROR_SKIP_MAC MIRROR_SKIP_VLAN IFNAME=VLAN...
 *
 * A kernel bridge with VLAN filtering would do, but not every kernel has bridge and 8021q; packet
 * sockets on veth ends are enough. Frames are forwarded untouched.
 *
 * Plant time: a frame that arrives SPEED-times-compressed t seconds after the monotonic time T0 is
 * stamped EPOCH + SPEED * t. IPv4 frames to or from MIRROR_SKIP_MAC in MIRROR_SKIP_VLAN are left
 * out of the mirror: the router sends each of them on into the VLAN of the other side, where it is
 * mirrored. (A filter on the SPAN session does that on a real switch.) */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <netinet/if_ether.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { kMaxPorts = 32, kMaxMacs = 256, kMaxFrame = 2048 };

struct port {
  int fd;
  uint16_t vlan;
};
struct entry {
  uint8_t mac[6];
  uint16_t vlan;
  int port;
};

static struct port ports[kMaxPorts];
static struct entry macs[kMaxMacs];
static int port_count, mac_count;

static void fail(const char* what) {
  fprintf(stderr, "plant-switch: %s: %s\n", what, strerror(errno));
  exit(4);
}

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static int find(const uint8_t* mac, uint16_t vlan) {
  for (int i = 0; i < mac_count; i++) {
    if (macs[i].vlan == vlan && memcmp(macs[i].mac, mac, 6) == 0) {
      return i;
    }
  }
  return -1;
}

static void learn(const uint8_t* mac, int port) {
  int i = find(mac, ports[port].vlan);
  if (i < 0) {
    if (mac_count == kMaxMacs) {
      return;
    }
    i = mac_count++;
    memcpy(macs[i].mac, mac, 6);
    macs[i].vlan = ports[port].vlan;
  }
  macs[i].port = port;
}

static void forward(const uint8_t* frame, size_t size, int from) {
  static const uint8_t link_local[5] = {0x01, 0x80, 0xc2, 0x00, 0x00};
  if (memcmp(frame, link_local, 5) == 0) {
    return; /* LLDP and its kind end at the first switch */
  }
  const int known = frame[0] & 1 ? -1 : find(frame, ports[from].vlan);
  for (int p = 0; p < port_count; p++) {
    const int wanted = known >= 0 ? p == macs[known].port : 1;
    if (p != from && wanted && ports[p].vlan == ports[from].vlan) {
      (void)!write(ports[p].fd, frame, size);
    }
  }
}

static void put32(FILE* out, uint32_t value) { fwrite(&value, 4, 1, out); }

/* One pcap record; LLDP leaves a switch untagged, everything else carries its VLAN. */
static void mirror(FILE* out, double stamp, const uint8_t* frame, size_t size, uint16_t vlan) {
  const int tagged = !(frame[12] == 0x88 && frame[13] == 0xcc);
  const uint8_t tag[4] = {0x81, 0x00, (uint8_t)(vlan >> 8), (uint8_t)vlan};
  const uint32_t length = (uint32_t)size + (tagged ? 4 : 0);
  const uint64_t micros = (uint64_t)(stamp * 1e6);
  put32(out, (uint32_t)(micros / 1000000));
  put32(out, (uint32_t)(micros % 1000000));
  put32(out, length);
  put32(out, length);
  fwrite(frame, 1, 12, out);
  if (tagged) {
    fwrite(tag, 1, 4, out);
  }
  fwrite(frame + 12, 1, size - 12, out);
}

static void open_port(const char* text) {
  char name[IFNAMSIZ] = {0};
  unsigned vlan = 0;
  if (port_count == kMaxPorts || sscanf(text, "%15[^=]=%u", name, &vlan) != 2) {
    errno = EINVAL;
    fail(text);
  }
  const int fd = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK, htons(ETH_P_ALL));
  struct sockaddr_ll at = {.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL)};
  at.sll_ifindex = (int)if_nametoindex(name);
  struct packet_mreq promiscuous = {.mr_ifindex = at.sll_ifindex, .mr_type = PACKET_MR_PROMISC};
  const int on = 1;
  if (fd < 0 || at.sll_ifindex == 0 || bind(fd, (struct sockaddr*)&at, sizeof at) != 0 ||
      setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &on, sizeof on) != 0 ||
      setsockopt(fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &promiscuous, sizeof promiscuous) != 0) {
    fail(name);
  }
  ports[port_count].fd = fd;
  ports[port_count++].vlan = (uint16_t)vlan;
}

int main(int argc, char** argv) {
  if (argc < 9) {
    fprintf(stderr, "usage: plant-switch OUT T0 SPEED EPOCH DURATION MAC VLAN IFNAME=VLAN...\n");
    return 2;
  }
  const double t0 = atof(argv[2]), speed = atof(argv[3]), epoch = atof(argv[4]);
  const double duration = atof(argv[5]);
  uint8_t skip[6];
  if (sscanf(argv[6], "%hhx:%hhx:%hhx:%hhx:%hhx:%hhx", skip, skip + 1, skip + 2, skip + 3, skip + 4,
             skip + 5) != 6) {
    errno = EINVAL;
    fail(argv[6]);
  }
  const uint16_t skip_vlan = (uint16_t)atoi(argv[7]);
  for (int i = 8; i < argc; i++) {
    open_port(argv[i]);
  }
  FILE* out = fopen(argv[1], "wb");
  if (!out) {
    fail(argv[1]);
  }
  const uint32_t magic = 0xa1b2c3d4, version = 2 | 4 << 16;
  put32(out, magic);
  put32(out, version);
  put32(out, 0);
  put32(out, 0);
  put32(out, 65535);
  put32(out, 1);
  fprintf(stderr, "plant-switch: %d ports ready\n", port_count);

  struct pollfd waiting[kMaxPorts];
  for (int p = 0; p < port_count; p++) {
    waiting[p] = (struct pollfd){.fd = ports[p].fd, .events = POLLIN};
  }
  for (;;) {
    const double plant = (now() - t0) * speed;
    if (plant >= duration) {
      break;
    }
    poll(waiting, (nfds_t)port_count, 50);
    for (int p = 0; p < port_count; p++) {
      uint8_t frame[kMaxFrame];
      ssize_t size;
      while ((size = recv(ports[p].fd, frame, sizeof frame, MSG_TRUNC)) >= 14) {
        if ((size_t)size > sizeof frame) {
          errno = EMSGSIZE;
          fail("frame (is segmentation offload off?)");
        }
        const double stamp = (now() - t0) * speed;
        const int ip = frame[12] == 0x08 && frame[13] == 0x00;
        const int routed = memcmp(frame, skip, 6) == 0 || memcmp(frame + 6, skip, 6) == 0;
        learn(frame + 6, p);
        forward(frame, (size_t)size, p);
        if (stamp >= 0 && stamp < duration &&
            !(ip && routed && ports[p].vlan == skip_vlan)) {
          mirror(out, epoch + stamp, frame, (size_t)size, ports[p].vlan);
        }
      }
    }
  }
  return fclose(out) == 0 ? 0 : 4;
}
