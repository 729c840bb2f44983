#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""TCP Fast Open through the kernel's plain sockets: several connections, one after the other. A server answers each with what it
received; a client says a line in its SYN and reads to the end. Prints a JSON list: per connection the bytes received, and whether
data travelled in the SYN and was taken (TCPI_OPT_SYN_DATA)."""
import json
import socket
import sys

TCP_FASTOPEN = 23
TCPI_OPTIONS_OFFSET = 5  # of struct tcp_info
TCPI_OPT_SYN_DATA = 32


def syn_data_taken(sock):
    info = sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 104)
    return bool(info[TCPI_OPTIONS_OFFSET] & TCPI_OPT_SYN_DATA)


def read_all(sock):
    data = b""
    while piece := sock.recv(65536):
        data += piece
    return data


def listen(address, port, count):
    with socket.create_server((address, port)) as server:
        server.setsockopt(socket.IPPROTO_TCP, TCP_FASTOPEN, 16)
        print("listening", file=sys.stderr, flush=True)
        for _ in range(count):
            sock, _ = server.accept()
            with sock:
                data = read_all(sock)
                sock.sendall(data)
                yield {"received": len(data), "syn_data": syn_data_taken(sock)}


def connect(address, port, count):
    for _ in range(count):
        with socket.socket() as sock:
            sock.sendto(b"a line that may leave in the SYN\n", socket.MSG_FASTOPEN, (address, port))
            sock.shutdown(socket.SHUT_WR)
            yield {"received": len(read_all(sock)), "syn_data": syn_data_taken(sock)}


if __name__ == "__main__":
    role, where, at, times = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    print(json.dumps(list({"listen": listen, "connect": connect}[role](where, at, times))), flush=True)
