typedef @place@ Place;
typedef @counter@ Counter;
//@if int8
typedef uint8_t Value;
typedef uint8_t Word;
//@else
typedef float Value;
typedef float Word;
//@end

enum : Place { noPlace = static_cast<Place>(-1) };
enum : uint16_t {
    numSteps = @steps@,
    numStreams = @numStreams@,
    firstStreamEnd = @firstStreamEnd@,
    kernelRows = @kernelRows@,
    numClasses = @classes@,
    pooledChannels = @pooledChannels@,
    pooledWidth = @pooledWidth@,
//@if tail
    // Steps before the pool, and what the head reads.
    bodySteps = @bodySteps@,
    headChannels = @headChannels@,
//@end
//@if int8
    stackQuads = @stackQuads@,
//@end
};
enum : uint32_t {
    poolPlace = @poolPlace@,
    poolBytes = @poolBytes@,
    headWeights = @headWeights@,
//@if tail
    headPlace = @headPlace@,
//@end
//@if int8
    headConstants = @headConstants@,
    headShift = @headShift@,
//@if headTile
    headTile = @headTile@,
//@end
//@if avg
    meanConstants = @meanConstants@,
    meanShift = @meanShift@,
    pooledZeros = @pooledZeros@,
//@end
//@else
    logitsPlace = @logits@,
    pooledPixels = @pooledPixels@,
//@end
};

// One operation, row by row: a row is its channels, one after another. Places are bytes from the
// start of the arena.
enum Kind : uint8_t {
    depthwiseKind,
    depthwise3Kind,
    firstLayerKind,
    filtersKind,
    imageKind,
    pointwiseKind,
    shallowKind,
    gatesKind,
    additionKind,
};
enum Target : uint8_t { intoRow, overRow, intoMap };
//@if float
enum Activation : uint8_t { linear, relu, relu6 };
//@end

struct Step {
    uint32_t weights;
    Place ring, row;
//@if tiles
    Place tile;
//@end
//@if additions
    Place keeps, adds;
//@end
//@if int8
    uint16_t constants;
//@end
    uint16_t height, width, channels;
    uint16_t rows, columns, filters;
    // Outputs whose kernel reaches over no side: the first, and how many.
    uint16_t first, inner;
//@if additions
    uint16_t keptRows, addedRows;
//@end
    Kind kind;
    Target target;
    uint8_t kernel, stride, pad;
    // Counters of rows that came and rows that were made.
    uint8_t in, out;
//@if int8
    // What padding reads, and for additions the same of the other row.
    uint8_t zero;
//@if additions
    uint8_t otherZero;
//@end
    // Fractional bits of a result.
    uint8_t shift;
    // Of depthwise kernels: which sides they reach over, and strides.
    uint8_t edges;
//@else
    uint8_t activation;
//@end
//@if stepPadding
    uint8_t padding[@stepPadding@];
//@end
};

//@if streams
// Steps through which rows stream, and the map that the rows come from.
struct Stream {
    Place source;
//@if copies
    // Where a row is copied to before it is read.
    Place copy;
//@end
    uint8_t first, end;
//@if streamPadding
    uint8_t padding[@streamPadding@];
//@end
};

//@end
// How many rows of each step have come or been made.
struct State {
    Counter made[@counters@];
#if defined(MICROMOBILENET_PROFILE)
    uint32_t microseconds[@steps@];
#endif
};
