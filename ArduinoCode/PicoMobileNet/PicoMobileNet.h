// PicoMobileNet: tells 10 classes apart.
// Written by micromobilenet 0.1.0. Change the configuration and export again, not this file.
//
// model           pico
// image           96 rows of 96 pixels, grayscale
// parameters      910
// MACs            53808
// weights         3640 bytes of flash
// object          15408 bytes of RAM, 15360 of them maps
// arithmetic      32-bit floating point
// configuration   bc0fd5a24d9ff2e9
// trained weights cb3ceb6a22d2ebb7
// data            fashion-mnist (6946d1d21e77229d)
// accuracy        0.7190 in validation
//
// PicoMobileNet net;
// net.predict(image);    the class; image holds camera bytes, or floats from 0 to 1,
//                        row by row, the colours of a pixel side by side
// net.output             the class again
// net.proba              its probability
// net.outputs[i]         the probability of class i
// net.labels[i]          the name of class i
#pragma once
#ifndef MICROMOBILENET_PICOMOBILENET_H
#define MICROMOBILENET_PICOMOBILENET_H

#include <math.h>
#include <stdint.h>
#include <string.h>
#if defined(__AVR__)
#include <avr/pgmspace.h>
#elif defined(ESP8266)
#include <pgmspace.h>
#endif

// Where constants take up RAM unless they are marked, they are marked.
#ifndef MICROMOBILENET_FLASH
#if defined(__AVR__) || defined(ESP8266)
#define MICROMOBILENET_FLASH PROGMEM
#else
#define MICROMOBILENET_FLASH
#endif
#endif

namespace PicoMobileNet_detail {

// A template, so that the array may stand in a header that several files include.
template <typename Unused>
struct Labels {
    static const char *const labels[10];
};
template <typename Unused>
const char *const Labels<Unused>::labels[10] = {
    "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag",
    "Ankle boot"
};

static const float stem_weight[27] MICROMOBILENET_FLASH = {
    -0.0030252174f, 0.0036686447f, -0.0013001742f, -0.00440285f, 0.0015268718f, 0.004774768f,
    0.005152844f, -0.0037334329f, 0.0060637076f, -0.008318088f, 5.2345614e-4f, -1.2038229e-4f,
    0.003186738f, -0.0011203097f, 0.003269581f, -0.0011935335f, -6.6575344e-4f, -0.0077044033f,
    5.309809e-4f, 6.52331e-4f, -5.8863626e-4f, 5.536418e-4f, 7.104148e-4f, 3.998884e-4f,
    2.7180277e-4f, -3.520285e-4f, 2.7038288e-4f
};

static const float stem_bias[3] MICROMOBILENET_FLASH = {
    -0.47375232f, 0.9935466f, 0.37620455f
};

static const float block0_depthwise_weight[27] MICROMOBILENET_FLASH = {
    -0.29813984f, -0.2651413f, 0.6281981f, 0.17218326f, 0.3794547f, 0.6674706f, 0.32245326f,
    0.519616f, 0.5681735f, 0.26861992f, -0.4234284f, 1.5559013f, -0.25228393f, -0.04231556f,
    -0.2772969f, 0.07010021f, 0.09774257f, -0.8228096f, 0.10631334f, -0.08317354f, 0.51181006f,
    0.5688095f, 0.23937434f, 0.8030008f, 0.30346906f, 0.59746146f, 0.24955738f
};

static const float block0_depthwise_bias[3] MICROMOBILENET_FLASH = {
    0.045098085f, -0.2147337f, -1.5862134f
};

static const float block0_pointwise_weight[18] MICROMOBILENET_FLASH = {
    -0.7693834f, -2.3086808f, -0.5962304f, 1.5040756f, -1.2010303f, -1.9163917f, 0.16966641f,
    1.849344f, -0.6863197f, 0.21039197f, 0.7011729f, -1.27262f, -0.020213312f, 0.78717464f,
    -0.74916095f, 0.29978955f, -0.19619091f, 0.31525f
};

static const float block0_pointwise_bias[6] MICROMOBILENET_FLASH = {
    1.6323578f, 0.9403828f, -0.35144413f, 0.4036868f, 0.37423643f, 0.17506084f
};

static const float block1_depthwise_weight[54] MICROMOBILENET_FLASH = {
    1.1096915f, 1.2306094f, 0.21146369f, 0.07493652f, 0.37156835f, 1.1486619f, 1.1482655f,
    0.6853394f, 0.32336226f, 0.85451436f, 1.564636f, 1.0664182f, 0.27483767f, -1.1064008f,
    -0.6288615f, -0.20388307f, 1.100092f, 1.0197564f, 0.26336834f, 0.004634749f, 0.14545278f,
    -0.41039518f, 0.5623659f, 0.38408145f, 0.16754834f, -0.24387817f, -0.047557265f, 0.39905104f,
    0.02821573f, -0.18389924f, -0.33727852f, 0.67359644f, -0.68150437f, 0.8528096f, -0.100477204f,
    0.52689636f, -0.71577454f, -0.7294283f, -0.29759458f, -1.3486291f, -0.87043095f, -1.4660187f,
    -0.26453632f, 0.47616124f, -0.55227256f, -0.40063602f, -1.7218678f, -1.470689f, 0.61117154f,
    0.5029755f, -0.70550185f, -0.19176933f, -1.2299312f, -1.1549639f
};

static const float block1_depthwise_bias[6] MICROMOBILENET_FLASH = {
    -0.51480407f, -0.36036366f, 1.0732695f, 0.36109763f, 0.3608807f, 0.28241655f
};

static const float block1_pointwise_weight[72] MICROMOBILENET_FLASH = {
    -0.090538196f, -0.32352605f, 0.74232745f, -0.15105549f, -0.2459427f, -0.73257416f, 0.463253f,
    0.2942558f, 0.005389197f, 0.14977615f, 0.48457614f, 0.1684145f, 0.5000095f, -0.8824015f,
    0.065158695f, -0.3687115f, -0.63926536f, 0.9565136f, 0.35490656f, 0.015095768f, 0.3895656f,
    -0.0513422f, -0.58939373f, -0.072330914f, 0.059743684f, 0.6535387f, 0.97206897f, -0.060278926f,
    0.7996956f, -0.30780816f, -0.029275931f, 0.18062624f, -0.21211436f, 0.41099572f, 0.8673497f,
    -0.013450827f, -0.28003275f, -0.1813722f, -0.2517332f, -1.219028f, -0.4802727f, -0.29224885f,
    0.6110457f, 0.36332637f, -0.9358076f, 0.07033026f, -0.120419756f, 0.3271994f, 0.118552886f,
    0.063970566f, -0.020964654f, 0.22242506f, 0.8003517f, -0.2154635f, -0.07193308f, -0.47563487f,
    -0.45745355f, 0.11593626f, -0.6056044f, -0.22363108f, -0.20725067f, 0.06352091f, 0.24834116f,
    0.53386587f, 0.15750353f, 0.71329314f, 0.13636401f, 0.020939333f, -0.3032486f, 0.545864f,
    -0.1963491f, 1.5944083f
};

static const float block1_pointwise_bias[12] MICROMOBILENET_FLASH = {
    0.59334415f, -0.12066725f, 0.042979132f, 0.43369424f, -0.7912847f, -0.25476664f, 1.3038328f,
    -0.15335537f, 0.119240575f, 0.97999537f, -0.3726402f, -0.41927838f
};

static const float block2_depthwise_weight[108] MICROMOBILENET_FLASH = {
    0.593545f, -0.11768097f, 0.17475735f, 0.65001434f, 0.16241424f, -0.51117176f, -0.6048316f,
    0.3042415f, 0.30134967f, 1.3134619f, 0.3409758f, -0.03803336f, 0.72710633f, 0.034647062f,
    0.2549826f, 0.03254298f, -0.0013707927f, -0.6752906f, -0.7000053f, 1.0789055f, 0.06868204f,
    0.42277703f, -0.19410442f, 0.06854903f, 0.37607935f, 0.33027658f, 0.41404983f, 0.6335151f,
    -0.6352029f, -0.78583115f, -1.2941816f, 0.85247064f, 0.016111538f, 0.3354738f, -0.3343669f,
    0.43886146f, 0.39376134f, 0.15265314f, 0.4182218f, 0.572496f, 0.44447094f, -0.13374266f,
    -0.13977936f, 0.590115f, 0.21707818f, 1.0199238f, -0.3506551f, 0.30571413f, 0.6951758f,
    0.13076177f, 0.31278855f, 0.24023195f, 0.25820383f, -0.06966187f, 0.61085147f, 0.89966893f,
    0.65151155f, 0.62126154f, -0.0035144563f, 0.23395005f, 0.22458145f, 0.48771912f, 0.28274623f,
    0.23863329f, -0.25808123f, -0.5470401f, 0.55359614f, 0.3172973f, 0.791694f, -0.3255309f,
    -0.14393397f, -0.17122115f, 0.16235942f, -0.9721128f, 0.29233614f, 0.5390121f, 0.5323523f,
    0.24279481f, 0.41889232f, 0.44871354f, 0.22361821f, 1.1011373f, -0.4683783f, -0.376073f,
    0.5408237f, -0.33685744f, 0.26381376f, 0.69230926f, 0.29781425f, -0.65100414f, 0.23474422f,
    0.42028543f, 0.65150493f, 0.10524318f, -1.3198047f, -0.4116692f, 0.21556892f, -1.0873917f,
    0.28409168f, 0.13040873f, 0.016474348f, -0.13962214f, 0.8540844f, 0.19264433f, 0.6327374f,
    -0.5004819f, -0.4125744f, -0.10521111f
};

static const float block2_depthwise_bias[12] MICROMOBILENET_FLASH = {
    -1.6510202f, 0.45881492f, -0.81760097f, -1.4276896f, -0.18194675f, 1.13185f, -0.36497143f,
    -0.034926746f, -1.8215212f, -0.8958346f, 1.1585742f, 0.72194046f
};

static const float block2_pointwise_weight[288] MICROMOBILENET_FLASH = {
    -0.46864557f, 0.34726462f, -1.1354375f, -0.3903079f, 0.30404285f, 0.033623267f, -0.25559053f,
    1.5294875f, 0.37957934f, -0.39634246f, -1.3264276f, -0.33129147f, 1.6131144f, -0.9123182f,
    -0.32239988f, -0.022674065f, -1.3149456f, 1.6320612f, -0.040539626f, 0.44497237f, 0.1922617f,
    -0.5452243f, 0.04931996f, -0.68490326f, 0.27817804f, -0.235234f, 1.5854911f, -0.24385361f,
    -0.8732972f, -1.0608301f, 0.13303128f, -1.6711038e-4f, 0.63975567f, -0.5904978f, 1.5116732f,
    -1.4369813f, 0.1474205f, -0.14450932f, 0.69394904f, -0.25350198f, -0.52788305f, 0.76877177f,
    0.8795516f, -0.21839722f, 0.37899816f, 0.37822646f, 0.53371537f, 0.1298644f, -0.1765283f,
    -0.6002608f, -0.03650578f, 0.07334833f, 0.27113634f, 0.44069916f, 1.6434666f, -0.22700638f,
    -0.45377108f, -0.2512278f, -0.8025825f, -0.49272215f, -0.118389964f, -0.9524929f, 0.12716275f,
    0.020094281f, -1.1794024f, 0.112234086f, -0.13440756f, -0.71916026f, 1.2887698f, -0.09219468f,
    -0.70880353f, 0.19444688f, -0.13319196f, -0.037204254f, -0.25369534f, 0.011012862f, -1.0628439f,
    -0.08591635f, 1.1648645f, -0.26279157f, 0.03131314f, -0.46847448f, -1.9595551f, -0.83868533f,
    2.041184f, 0.24083072f, 0.2944035f, -0.3300502f, 0.5570625f, -0.5945255f, -0.1797744f,
    -0.30529296f, -0.4049423f, 0.07947909f, 0.71276885f, -0.0056928233f, 0.30150786f, 1.0967698f,
    0.501847f, -0.5070499f, -0.59362626f, -0.081969045f, 0.31651273f, 0.35809523f, 0.3237519f,
    -0.15657863f, 0.2812861f, 1.6285988f, -0.1449764f, -0.3187522f, 0.13625842f, 0.10265816f,
    -0.05834876f, 0.56222975f, -0.5310175f, -0.48695675f, 0.06624926f, 1.3216993f, 0.05603682f,
    -0.051692557f, -0.2739088f, 0.041745808f, -0.26538536f, -0.013160975f, -0.41688648f, 1.1682276f,
    1.1693125f, -0.3528643f, 0.13490272f, -0.040871844f, -0.102558464f, -0.49670586f, -0.4912411f,
    0.15152133f, 0.30672967f, -0.28825763f, -0.12561823f, 0.10926151f, 0.2767077f, -0.1957661f,
    -0.6145726f, -0.4709208f, -0.6062845f, 0.22123252f, 0.24287492f, 0.40950698f, 0.29373452f,
    -0.52686054f, -0.989177f, -0.7654676f, -0.45484594f, -0.35394526f, 1.8692676f, 0.0014445593f,
    0.85045797f, -0.30139956f, 0.13985157f, -0.039023552f, 1.8338723f, -0.56673497f, 0.029891599f,
    1.021003f, 0.05065098f, -0.46292585f, -0.008383258f, 0.28059465f, -0.14710328f, -0.5136116f,
    -0.32411414f, -0.20524818f, 0.5767856f, 0.47666103f, 0.08997754f, 0.7732066f, 0.14032008f,
    -0.13859062f, -0.42664814f, -0.04229475f, -0.56516916f, 0.6025089f, -0.3251364f, 0.12647936f,
    -0.0388139f, 0.23532614f, -0.40486813f, 0.5741106f, -0.71161306f, -0.3706693f, -0.047801767f,
    1.083376f, 0.2331595f, -0.125522f, 0.25070542f, 0.9577582f, -0.31063917f, -0.79463756f,
    -0.06065297f, 0.24488518f, 0.012537459f, 0.33902225f, 1.3935442f, 0.061731905f, -0.605257f,
    -0.123493865f, -0.27500585f, -0.73880553f, -0.5586474f, 0.21575929f, -0.25959322f, 0.91853535f,
    -0.74812233f, 0.318547f, -0.16484858f, 1.2616465f, 0.038480654f, 0.40536985f, 0.81349796f,
    -1.3044124f, -0.5002467f, -0.21595927f, -0.050036706f, -1.847587f, -0.51883215f, 1.1708667f,
    0.3030816f, -0.13231105f, 1.0555848f, 1.27231f, 0.4315628f, -0.64852256f, -0.63577545f,
    0.9750072f, -1.588527f, 0.59625477f, -0.9809436f, -0.22614913f, -0.02051316f, -0.46351382f,
    1.2517544f, 0.8977253f, -0.25670567f, 0.13533288f, 0.016018583f, -0.3156864f, 0.12081882f,
    0.09065198f, 0.6964255f, -0.2574622f, -0.3040864f, 0.319479f, 0.7514608f, -0.3311411f,
    -1.5287173f, -0.094566256f, 0.08510194f, -0.096929505f, 1.9647739f, 0.61941737f, -0.4287166f,
    -0.18426272f, -1.3485005f, -0.565839f, -0.13323124f, 0.058697f, 0.45145503f, -0.56643826f,
    -0.22989227f, 0.41535276f, 0.28075877f, 0.24031737f, -0.45989618f, -0.1356063f, -0.3745689f,
    -0.41423163f, 0.7436355f, -0.0093540065f, 0.6400985f, 0.16412044f, -0.2859093f, 0.038338713f,
    0.6602475f, 0.060887847f, -0.0074278894f, 0.48563617f, 1.0646683f, 0.22958395f, 0.6100558f,
    0.28337148f
};

static const float block2_pointwise_bias[24] MICROMOBILENET_FLASH = {
    0.7787719f, 0.0018586036f, 1.0042707f, -1.4133631f, 0.17203707f, 0.6310774f, 2.1108015f,
    -0.56811076f, -1.5780904f, -0.535725f, -0.2695372f, 0.6429529f, 0.28470927f, -0.8187886f,
    -0.88939744f, -0.24775521f, -0.50880903f, -0.6863908f, -0.36542f, 0.27575517f, -0.45024842f,
    0.58178586f, -0.0983829f, -1.670407f
};

static const float head_weight[240] MICROMOBILENET_FLASH = {
    0.14710437f, 0.06804576f, 0.11919747f, -0.35838372f, -0.20812656f, -0.14380814f, -0.13538118f,
    0.16899434f, 0.1729418f, 0.22240785f, -0.49083465f, 0.0059666643f, -0.35679105f, -0.37018734f,
    -0.0063389493f, 0.26502436f, -0.029305456f, 0.2885396f, 0.035904057f, 0.24161969f, -0.38180524f,
    0.07386333f, 0.112832226f, 0.09254705f, 0.22514543f, -0.2685503f, -0.7355397f, 0.33545882f,
    0.21407035f, -0.013068997f, 0.37142187f, -0.22798352f, -0.8623797f, 0.1937264f, 0.16005379f,
    0.2946446f, -0.71454585f, -0.43766555f, 0.14870015f, 0.28061092f, -0.704099f, 0.2493528f,
    -0.59778893f, -0.047919713f, -0.018832043f, 0.3459837f, -0.21923885f, -0.5310503f, -0.2736095f,
    0.20045011f, 0.1441266f, -0.16391799f, 0.119144715f, -0.10443467f, 0.25430012f, -0.04144241f,
    -0.024794746f, -0.43088347f, 0.11155144f, 0.08111219f, -0.35638583f, 0.10147815f, -0.1375723f,
    -0.3205304f, -0.4029416f, -0.23396233f, 0.16461875f, 0.30091375f, 0.07728207f, 0.057115465f,
    -0.03062186f, 0.05648915f, -0.20548809f, -0.28686213f, -0.345943f, 0.06970404f, 0.2689379f,
    -0.45943367f, 0.23601034f, 0.3268364f, -0.20335422f, 0.14118129f, 0.060219955f, -0.05743471f,
    -0.43614084f, -0.15275149f, -0.25336644f, 0.09214685f, -0.47583926f, 0.1606147f, 0.30456612f,
    -0.108313814f, 0.08173588f, 0.041500214f, 0.020678036f, 0.15651402f, -0.3766518f, 0.13252878f,
    -0.06148681f, 0.1223867f, 0.25292972f, -0.32211113f, 0.19550423f, 0.16463944f, -0.2274465f,
    -0.23868336f, 0.18188137f, 0.0959991f, 0.035250317f, 0.098204255f, 0.06990845f, -0.16378556f,
    -0.23937097f, -0.35365337f, 0.048970077f, 0.050158158f, 0.01800131f, 0.30916736f, -0.07175121f,
    -0.24614775f, 0.18672349f, -0.8089484f, 0.29746786f, 0.0898173f, -0.10597089f, 0.08430212f,
    -0.049432233f, -0.62939686f, 0.15046968f, 0.031008774f, 0.20276974f, 0.06225119f, 0.2703956f,
    -0.31118205f, -0.08292415f, 0.108439595f, 0.03948859f, -0.1498396f, 0.24394841f, -0.39882055f,
    0.027196158f, -0.018402994f, -0.3611827f, 0.1571776f, -0.021829022f, 0.18204094f, 0.019531533f,
    -0.3978756f, 0.16742134f, 0.13767879f, 0.09680442f, -0.014830501f, -0.13229038f, -0.15709347f,
    -0.09548672f, 0.1450415f, -0.38517874f, -0.11620554f, -0.01987365f, 0.015687048f, -0.02263743f,
    -0.15254264f, 0.23848057f, 0.21796861f, -0.04795986f, 0.061866537f, 0.26836252f, -0.16376735f,
    -0.122327305f, -0.68500453f, 0.27648434f, 0.11024913f, -0.16946116f, 0.14719056f, 0.1894068f,
    -0.49197224f, 0.15398173f, 0.10229628f, -0.020554906f, -0.10244501f, 0.28736767f, 0.31487557f,
    0.27424383f, -0.090239264f, 0.015395513f, -0.0032508003f, -0.396433f, -0.47965685f, 0.14342207f,
    -0.5065749f, -0.33451584f, 0.31531402f, 0.43438056f, 0.29240677f, -0.15123269f, 0.29713973f,
    -0.5403744f, -0.1320741f, 0.056921996f, 0.09754999f, -0.19452132f, -0.121279694f, -0.35773647f,
    0.19037841f, 0.15244175f, 0.24170017f, -0.12988998f, -0.35125196f, 0.30770585f, -0.39574763f,
    0.16143547f, 0.046963416f, -0.04303571f, -0.5144941f, -0.08245035f, 0.40179157f, -0.28997746f,
    -0.15334497f, 0.043749265f, 0.046183564f, -0.17643946f, 0.34507143f, -0.45593202f, 0.19745992f,
    -0.10036614f, 0.21580724f, -0.050489116f, 0.08789791f, 0.26076576f, 0.32975265f, 0.15720208f,
    0.21461256f, 0.27450183f, 0.07252809f, -0.1581632f, -0.44460598f, 0.1595775f, -0.19065364f,
    0.15029421f, -0.15998049f
};

static const float head_bias[10] MICROMOBILENET_FLASH = {
    0.13728914f, 0.26208514f, 0.11459439f, 0.0014018756f, -0.051334143f, 0.04500891f, 0.20471051f,
    -0.03786014f, -0.07812066f, -0.27552706f
};

// A weight.
static inline float flash(const float *at) {
#if defined(__AVR__) || defined(ESP8266)
    return pgm_read_float(at);
#else
    return *at;
#endif
}

// Images as camera bytes: in RAM, in RAM from 0 to 1, and in flash.
struct Bytes {
    const uint8_t *image;
    float at(size_t i) const {
        return static_cast<float>(image[i]);
    }
};
struct Fractions {
    const float *image;
    float at(size_t i) const {
        return image[i] * 255.0f;
    }
};
struct FlashBytes {
    const uint8_t *image;
    float at(size_t i) const {
#if defined(__AVR__) || defined(ESP8266)
        return static_cast<float>(pgm_read_byte(image + i));
#else
        return static_cast<float>(image[i]);
#endif
    }
};

static inline float relu6(float x) {
    return x < 0.0f ? 0.0f : (x > 6.0f ? 6.0f : x);
}

// stem: convolution 3x3, stride 3, padding 0, 96x96x1 -> 32x32x3
template <typename Pixels>
static inline void stem(const Pixels &pixels, float *out) {
    for (size_t y = 0; y < 32; y++) {
        for (size_t x = 0; x < 32; x++) {
            for (size_t o = 0; o < 3; o++) {
                float sum = flash(stem_bias + o);
                for (size_t ky = 0; ky < 3; ky++) {
                    const float *w = stem_weight + (o * 3 + ky) * 3;
                    const size_t at = (y * 3 + ky) * 96 + x * 3;
                    for (size_t i = 0; i < 3; i++) {
                        sum += flash(w + i) * pixels.at(at + i);
                    }
                }
                *out++ = sum;
            }
        }
    }
}

// block0.depthwise: depthwise convolution 3x3, stride 2, padding 1, 32x32x3 -> 16x16x3
static inline void block0_depthwise(const float *in, float *out) {
    for (size_t y = 0; y < 16; y++) {
        const size_t top = y * 2 < 1 ? 1 - y * 2 : 0;
        const size_t bottom = y * 2 + 3 > 33 ? 33 - y * 2 : 3;
        for (size_t x = 0; x < 16; x++) {
            const size_t left = x * 2 < 1 ? 1 - x * 2 : 0;
            const size_t right = x * 2 + 3 > 33 ? 33 - x * 2 : 3;
            for (size_t c = 0; c < 3; c++) {
                float sum = flash(block0_depthwise_bias + c);
                for (size_t ky = top; ky < bottom; ky++) {
                    const float *w = block0_depthwise_weight + (ky * 3 + left) * 3 + c;
                    const float *row = in + ((y * 2 + ky - 1) * 32 + x * 2 + left - 1) * 3 + c;
                    for (size_t i = 0; i < right - left; i++) {
                        sum += flash(w + i * 3) * row[i * 3];
                    }
                }
                *out++ = relu6(sum);
            }
        }
    }
}

// block0.pointwise: pointwise convolution, stride 1, 16x16x3 -> 16x16x6
static inline void block0_pointwise(const float *in, float *out) {
    for (size_t p = 0; p < 256; p++, in += 3) {
        for (size_t o = 0; o < 6; o++) {
            const float *w = block0_pointwise_weight + o * 3;
            float sum = flash(block0_pointwise_bias + o);
            for (size_t i = 0; i < 3; i++) {
                sum += flash(w + i) * in[i];
            }
            *out++ = relu6(sum);
        }
    }
}

// block1.depthwise: depthwise convolution 3x3, stride 2, padding 1, 16x16x6 -> 8x8x6
static inline void block1_depthwise(const float *in, float *out) {
    for (size_t y = 0; y < 8; y++) {
        const size_t top = y * 2 < 1 ? 1 - y * 2 : 0;
        const size_t bottom = y * 2 + 3 > 17 ? 17 - y * 2 : 3;
        for (size_t x = 0; x < 8; x++) {
            const size_t left = x * 2 < 1 ? 1 - x * 2 : 0;
            const size_t right = x * 2 + 3 > 17 ? 17 - x * 2 : 3;
            for (size_t c = 0; c < 6; c++) {
                float sum = flash(block1_depthwise_bias + c);
                for (size_t ky = top; ky < bottom; ky++) {
                    const float *w = block1_depthwise_weight + (ky * 3 + left) * 6 + c;
                    const float *row = in + ((y * 2 + ky - 1) * 16 + x * 2 + left - 1) * 6 + c;
                    for (size_t i = 0; i < right - left; i++) {
                        sum += flash(w + i * 6) * row[i * 6];
                    }
                }
                *out++ = relu6(sum);
            }
        }
    }
}

// block1.pointwise: pointwise convolution, stride 1, 8x8x6 -> 8x8x12
static inline void block1_pointwise(const float *in, float *out) {
    for (size_t p = 0; p < 64; p++, in += 6) {
        for (size_t o = 0; o < 12; o++) {
            const float *w = block1_pointwise_weight + o * 6;
            float sum = flash(block1_pointwise_bias + o);
            for (size_t i = 0; i < 6; i++) {
                sum += flash(w + i) * in[i];
            }
            *out++ = relu6(sum);
        }
    }
}

// block2.depthwise: depthwise convolution 3x3, stride 2, padding 1, 8x8x12 -> 4x4x12
static inline void block2_depthwise(const float *in, float *out) {
    for (size_t y = 0; y < 4; y++) {
        const size_t top = y * 2 < 1 ? 1 - y * 2 : 0;
        const size_t bottom = y * 2 + 3 > 9 ? 9 - y * 2 : 3;
        for (size_t x = 0; x < 4; x++) {
            const size_t left = x * 2 < 1 ? 1 - x * 2 : 0;
            const size_t right = x * 2 + 3 > 9 ? 9 - x * 2 : 3;
            for (size_t c = 0; c < 12; c++) {
                float sum = flash(block2_depthwise_bias + c);
                for (size_t ky = top; ky < bottom; ky++) {
                    const float *w = block2_depthwise_weight + (ky * 3 + left) * 12 + c;
                    const float *row = in + ((y * 2 + ky - 1) * 8 + x * 2 + left - 1) * 12 + c;
                    for (size_t i = 0; i < right - left; i++) {
                        sum += flash(w + i * 12) * row[i * 12];
                    }
                }
                *out++ = relu6(sum);
            }
        }
    }
}

// block2.pointwise: pointwise convolution, stride 1, 4x4x12 -> 4x4x24
static inline void block2_pointwise(const float *in, float *out) {
    for (size_t p = 0; p < 16; p++, in += 12) {
        for (size_t o = 0; o < 24; o++) {
            const float *w = block2_pointwise_weight + o * 12;
            float sum = flash(block2_pointwise_bias + o);
            for (size_t i = 0; i < 12; i++) {
                sum += flash(w + i) * in[i];
            }
            *out++ = relu6(sum);
        }
    }
}

// pool: the largest value of each channel, 4x4x24 -> 1x1x24
static inline void pool(const float *in, float *out) {
    for (size_t c = 0; c < 24; c++) {
        float result = in[c];
        for (size_t p = 1; p < 16; p++) {
            const float value = in[p * 24 + c];
            result = value > result ? value : result;
        }
        out[c] = result;
    }
}

// head: fully connected, 1x1x24 -> 1x1x10
static inline void head(const float *in, float *out) {
    for (size_t o = 0; o < 10; o++) {
        const float *w = head_weight + o * 24;
        float sum = flash(head_bias + o);
        for (size_t i = 0; i < 24; i++) {
            sum += flash(w + i) * in[i];
        }
        out[o] = sum;
    }
}

}  // namespace PicoMobileNet_detail

class PicoMobileNet : public PicoMobileNet_detail::Labels<void> {
public:
    enum : uint32_t {
        width = 96,
        height = 96,
        channels = 1,
        classes = 10,
        numInputs = 9216,
        numOutputs = 10,
    };

    float outputs[10];
    float proba;
    uint32_t output;

    PicoMobileNet() : outputs(), proba(0.0f), output(0) {}

    // Camera bytes.
    uint32_t predict(const uint8_t *image) {
        const PicoMobileNet_detail::Bytes pixels = {image};
        return run(pixels);
    }

    // Camera bytes divided by 255.
    uint32_t predict(const float *image) {
        const PicoMobileNet_detail::Fractions pixels = {image};
        return run(pixels);
    }

    // Camera bytes in flash (PROGMEM on AVR; the same as above elsewhere).
    uint32_t predict_P(const uint8_t *image) {
        const PicoMobileNet_detail::FlashBytes pixels = {image};
        return run(pixels);
    }

private:
    float arena_[3840];

    template <typename Pixels>
    uint32_t run(const Pixels &pixels) {
        PicoMobileNet_detail::stem(pixels, arena_);
        return finish();
    }

    uint32_t finish() {
        PicoMobileNet_detail::block0_depthwise(arena_, arena_ + 3072);
        PicoMobileNet_detail::block0_pointwise(arena_ + 3072, arena_);
        PicoMobileNet_detail::block1_depthwise(arena_, arena_ + 1536);
        PicoMobileNet_detail::block1_pointwise(arena_ + 1536, arena_);
        PicoMobileNet_detail::block2_depthwise(arena_, arena_ + 768);
        PicoMobileNet_detail::block2_pointwise(arena_ + 768, arena_);
        PicoMobileNet_detail::pool(arena_, arena_);
        PicoMobileNet_detail::head(arena_, outputs);
        output = 0;
        for (uint32_t i = 1; i < 10; i++) {
            if (outputs[i] > outputs[output]) {
                output = i;
            }
        }
        const float largest = outputs[output];
        float sum = 0.0f;
        for (uint32_t i = 0; i < 10; i++) {
            outputs[i] = expf(outputs[i] - largest);
            sum += outputs[i];
        }
        for (uint32_t i = 0; i < 10; i++) {
            outputs[i] /= sum;
        }
        proba = outputs[output];
        return output;
    }
};

static_assert(sizeof(PicoMobileNet) == 15408, "its size is not the one that was planned");

#endif
