/* SPDX-License-Identifier: Apache-2.0 */
/* The other end of /dev/log in a private /dev: appends each message to a file, as a line.
 * Usage: syslog_sink SOCKET FILE. Ends with its parent. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    int in = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0), out;

    if (argc != 3 || strlen(argv[1]) >= sizeof(address.sun_path) || in < 0)
        return 2;
    (void)prctl(PR_SET_PDEATHSIG, SIGTERM);
    (void)strcpy(address.sun_path, argv[1]);
    out = open(argv[2], O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (out < 0 || bind(in, (const struct sockaddr *)&address, sizeof(address)) != 0) {
        perror("syslog_sink");
        return 3;
    }
    for (;;) {
        char message[8192];
        ssize_t got = recv(in, message, sizeof(message) - 1, 0);

        if (got < 0)
            return 3;
        while (got > 0 && (message[got - 1] == '\n' || message[got - 1] == '\0'))
            got--;
        message[got++] = '\n';
        if (write(out, message, (size_t)got) != got)
            return 3;
    }
}
