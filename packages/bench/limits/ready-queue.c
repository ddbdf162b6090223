/* The same ready queue on bare system calls: posix_spawn and waitpid. Prints milliseconds. */
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>

#define LAYER 50
#define IN_FLIGHT 2

extern char **environ;

static double now(void) {
  struct timespec at;
  clock_gettime(CLOCK_MONOTONIC, &at);
  return at.tv_sec * 1e3 + at.tv_nsec / 1e6;
}

int main(int argc, char **argv) {
  int count = argc > 1 ? atoi(argv[1]) : 200;
  int *unmet = calloc(count, sizeof *unmet), *ready = calloc(count, sizeof *ready);
  int head = 0, tail = 0, running = 0, done = 0;
  pid_t pids[IN_FLIGHT] = {0};
  int places[IN_FLIGHT];
  char *command[] = {"/bin/true", NULL};
  for (int place = 0; place < count; place++) {
    unmet[place] = place < LAYER ? 0 : 2;
    if (unmet[place] == 0) ready[tail++] = place;
  }
  double started = now();
  while (done < count) {
    for (int slot = 0; slot < IN_FLIGHT && head < tail; slot++) {
      if (pids[slot] != 0) continue;
      if (posix_spawn(&pids[slot], command[0], NULL, NULL, command, environ) != 0) return 1;
      places[slot] = ready[head++];
      running++;
    }
    pid_t ended = waitpid(-1, NULL, 0);
    for (int slot = 0; slot < IN_FLIGHT; slot++) {
      if (pids[slot] != ended) continue;
      int start = (places[slot] / LAYER + 1) * LAYER, column = places[slot] % LAYER;
      int dependants[] = {start + column, start + (column + LAYER - 1) % LAYER};
      for (int i = 0; i < 2; i++)
        if (dependants[i] < count && --unmet[dependants[i]] == 0) ready[tail++] = dependants[i];
      pids[slot] = 0;
      running--;
      done++;
    }
  }
  printf("%f\n", now() - started);
  return 0;
}
