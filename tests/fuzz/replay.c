/* Every file of the folders given, and each of its beginnings up to a few hundred bytes, once through a fuzz target: the
 * corpus as a test that needs no libFuzzer. Says its one result as TAP. */
#include <dirent.h>
#include <errno.h>

#include "fuzz.h"

#define MAX_BYTES ((size_t)1 << 20)
#define MAX_BEGINNINGS 300

static uint8_t content[MAX_BYTES];

static void replay(const char *path)
{
	FILE *file = fopen(path, "rb");
	if (!file) {
		printf("Bail out! %s: %s\n", path, strerror(errno));
		exit(1);
	}
	size_t n = fread(content, 1, sizeof(content), file);
	fclose(file);
	for (size_t i = 0; i < n && i < MAX_BEGINNINGS; i++)
		LLVMFuzzerTestOneInput(content, i);
	LLVMFuzzerTestOneInput(content, n);
}

static int replay_folder(const char *folder)
{
	char path[4096];
	int n = 0;
	DIR *open = opendir(folder);
	for (const struct dirent *entry; open && (entry = readdir(open));) {
		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
		replay(path);
		n++;
	}
	if (open)
		closedir(open);
	return n;
}

int main(int argc, char **argv)
{
	int n = 0;
	for (int i = 1; i < argc; i++)
		n += replay_folder(argv[i]);
	printf("1..1\n%sok 1 - %d inputs\n", n > 0 ? "" : "not ", n);
	return n > 0 ? 0 : 1;
}
