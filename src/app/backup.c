/* A backup of the SQLite database, made beside the running server. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "app/commands.h"
#include "app/config.h"
#include "app/place.h"
#include "store/backup.h"

static void usage(FILE *out)
{
	fprintf(out,
	        "usage: crier backup FILE\n\n"
	        "Writes the database as it stands into the new file FILE, consistent; a running server need not be stopped.\n"
	        "FILE does not hold the key file crier.key nor the folder media of the data folder: keep copies of them too, "
	        "the\n"
	        "key file apart. Put in the place of crier.db, FILE begins with every campaign held until it is resumed.\n\n"
	        "With --data, --database or --config as `crier serve` has them.\n");
}

static int work(const struct config *config, const char *file, struct err *err)
{
	struct place place;
	if (place_find(config, &place, err) < 0)
		return -1;
	const char *from = strncmp(place.url, "sqlite:", 7) == 0 ? place.url + 7 : NULL;
	if (from && access(from, F_OK) < 0)
		return err_set(err, "there is no database %s", from);
	return backup_make(&(struct store_options){.url = place.url}, file, clock_now_ms(), err);
}

int command_backup(int argc, char **argv)
{
	struct config config = {0};
	struct err err;
	bool asked = argc > 0 && (strcmp(argv[0], "--help") == 0 || strcmp(argv[0], "-h") == 0);
	if (asked || argc < 1 || argv[0][0] == '-') {
		usage(asked ? stdout : stderr);
		return asked ? 0 : 2;
	}
	bool ok = config_load(argc - 1, argv + 1, &config, &err) == 0 && work(&config, argv[0], &err) == 0;
	if (ok)
		printf("%s is written. Keep crier.key and the media folder too, the key apart.\n", argv[0]);
	else
		fprintf(stderr, "crier backup: %s\n", err.text);
	config_fini(&config);
	return ok ? 0 : 2;
}
