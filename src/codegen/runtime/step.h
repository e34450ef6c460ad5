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
    numSegments = @numSegments@,
    firstSegmentEnd = @firstSegmentEnd@,
    kernelRows = @kernelRows@,
    numClasses = @classes@,
    pooledChannels = @pooledChannels@,
    pooledWidth = @pooledWidth@,
//@if tail
    // Number of steps before the pool, and of channels that the head reads.
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

// A step computes an operation row by row; a row holds its channels one after another (planar). A Place is an
// offset into the arena, in bytes.
enum Kind : uint8_t {
    depthwiseKind,
    depthwise3Kind,
    firstLayerKind,
    filtersKind,
    quadsKind,
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
    // Output columns whose window does not overlap the padding: the first one and their number.
    uint16_t first, inner;
//@if additions
    uint16_t keptRows, addedRows;
//@end
    Kind kind;
    Target target;
    uint8_t kernel, stride, pad;
    // Indices of the counters of input rows and of output rows.
    uint8_t in, out;
//@if int8
    // Zero point of the input, which is also the value of padding; for additions, that of the other operand
    // too.
    uint8_t zero;
//@if additions
    uint8_t otherZero;
//@end
    // Fractional bits of the product that is requantised.
    uint8_t shift;
    // Depthwise kernels: sides on which windows overlap the padding, the stride, and whether rows are short.
    uint8_t edges;
//@else
    uint8_t activation;
//@end
//@if stepPadding
    uint8_t padding[@stepPadding@];
//@end
};

//@if segments
// A segment: steps that process their input row by row, and the feature map that it reads.
struct Segment {
    Place source;
//@if copies
    // Buffer that a row is copied to before it is read.
    Place copy;
//@end
    uint8_t first, end;
//@if segmentPadding
    uint8_t padding[@segmentPadding@];
//@end
};

//@end
// Number of rows that each step has read or computed.
struct State {
    Counter made[@counters@];
#if defined(MICROMOBILENET_PROFILE)
    uint32_t microseconds[@steps@];
#endif
};
