/* What a walk costs without Python: every simple path inside the grammar from one node, depth first, over the columns
   of a graph. It tells which nodes the paths lead to and the roles that they convey, in no order. */

#include <stdint.h>

enum { CLASSES = 4, RESOLVE = 2, NONE = -1, FOUND = 1 << 30 };

typedef struct {
    const int32_t *starts, *hops;   /* of each node; a hop is a grant, or its complement when walked the other way */
    const int32_t *ahead, *behind;  /* the ends of each grant */
    const int32_t *roles;           /* of each grant, as bits */
    const int8_t *conveys;          /* the class of each grant */
    const int8_t *entered;          /* the grammar: the phase after each phase and class */
    const uint8_t *wanted;          /* of each node: the phases, as bits, in which a path to it counts */
    uint8_t *passed;                /* the nodes of the path that is being walked; none between two walks */
    int32_t *held;                  /* of each node: FOUND and the roles; nothing for those not found */
    int32_t *found;                 /* the nodes, in the order in which they are found */
    int32_t count;
    int32_t forward;
} Walk;

static void onward(Walk *walk, int32_t node, int phase, int32_t conveying)
{
    walk->passed[node] = 1;
    for (int32_t at = walk->starts[node]; at < walk->starts[node + 1]; at++) {
        int32_t hop = walk->hops[at], grant = hop < 0 ? ~hop : hop;
        int32_t other = hop < 0 ? walk->behind[grant] : walk->ahead[grant];
        int step = walk->conveys[grant], after = walk->entered[phase * CLASSES + step];
        if (after < 0 || walk->passed[other])
            continue;
        /* The last step that is no RESOLVE conveys, which walking backward is the first. */
        int32_t last = step == RESOLVE || (!walk->forward && conveying != NONE) ? conveying : grant;
        if (walk->wanted[other] >> after & 1) {
            if (!walk->held[other])
                walk->found[walk->count++] = other;
            walk->held[other] |= FOUND | (last == NONE ? 0 : walk->roles[last]);
        }
        onward(walk, other, after, last);
    }
    walk->passed[node] = 0;
}

int32_t walked(Walk *walk, int32_t node, int phases)
{
    while (walk->count) /* what the walk before has left */
        walk->held[walk->found[--walk->count]] = 0;
    for (int phase = 0; phase < phases; phase++)
        onward(walk, node, phase, NONE);
    return walk->count;
}
