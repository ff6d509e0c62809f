/* The configuration file: taken, or refused with a sentence; addresses and numbers of it. */
#include <sys/mman.h>
#include <unistd.h>

#include "app/config.h"
#include "base/text.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n_bytes)
{
	char path[64], option[] = "--config", host[256], *argv[] = {option, path};
	int fd = memfd_create("config", 0);
	if (fd < 0 || write(fd, data, n_bytes) != (ssize_t)n_bytes)
		abort();
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	struct config config;
	struct err err = {.text = ""};
	int64_t number;
	uint16_t port;
	if (config_load(2, argv, &config, &err) == 0) {
		HOLDS(utf8_valid(config.listen, strlen(config.listen)));
		if (config_address("listen", config.listen, host, sizeof(host), &port, &err) == 0)
			HOLDS(strlen(host) > 0);
		if (config_number("ready-fd", config.ready_fd, -1, 1024, &number, &err) == 0)
			HOLDS(number >= -1 && number <= 1024);
		config_fini(&config);
	} else {
		HOLDS(err.text[0] != '\0');
	}
	close(fd);
	return 0;
}
