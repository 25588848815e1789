/* manual_lrp_prose.c: the words of lrpscope-lrp(7). */
#include "manual_lrp.h"

#define H LRP_PROSE_SECTION
#define S LRP_PROSE_SUBSECTION
#define P LRP_PROSE_PARAGRAPH
#define F LRP_PROSE_FORMULA
#define E LRP_PROSE_ENTRY

static const struct lrp_prose notation[] = {
    {H, "DESCRIPTION", NULL},
    {P,
     "Layer-wise relevance propagation (Bach et al. 2015) explains one answer of a network. It gives the answer's neuron an "
     "amount of relevance and hands it back layer by layer, each layer by a rule, until every element of the input has its "
     "share. This page says what every number is that lrpscope computes and shows; lrpscope(1) says how to ask for it.",
     NULL},
    {H, "NOTATION", NULL},
    {E, "a", "what goes into a layer"},
    {E, "W, b",
     "its weights and bias. W a stands for any linear map: dense layers, convolutions with strides, padding, dilations and "
     "groups, transposed convolutions, scales; W^T s for its transpose applied to s"},
    {E, "z", "W a + b, before an activation"},
    {E, "R", "the relevance that arrives at the layer's output; R_in what it gives to its input"},
    {E, "X+, X-", "max(X, 0) and min(X, 0), element by element, of inputs, weights and biases"},
    {E, "J^T s", "the vector-Jacobian product: what a cotangent s at the output is at the input"},
    {E, "stab(z, e)", "z + sign(z) e, and e where z is 0 or -0; not a number stays what it is"},
    {P,
     "Products with a, and quotients, are taken element by element. Everything is computed in 32-bit floats, sums over many "
     "elements in 64-bit ones. Padding stays 0 when a rule modifies the input: for flat a padded place is no input.",
     NULL},
};

static const struct lrp_prose rules[] = {
    {H, "RULES", NULL},
    {P,
     "All rules but pass, layer-norm, gradient and stop are sums of groups of terms. Group g has a stabilizer e_g, a factor "
     "c_g and "
     "a "
     "mask (all outputs, those with z > 0, or those with z < 0, where z is that of the layer as it is). A term has a modified "
     "input A (a, a+, a-, 1 or a bound), a modified weight V (W, W+, W-, W^2, 1, W + gamma W+, W + gamma W-), a modified bias "
     "B "
     "or none, and a sign t:",
     NULL},
    {F, "d_g  = sum of t (V A + B) over the group's terms", NULL},
    {F, "s_g  = mask R / stab(d_g, e_g)", NULL},
    {F, "R_in = sum of c_g t A V^T s_g over groups and terms", NULL},
    {P,
     "A rules file can hold rules written so: lrpscope-rules(5). An activation that is fused behind a linear layer takes no "
     "part: its relevance is that of z. An output with d_g = 0 divides R by its stabilizer alone: such explosions "
     "are flagged, not hidden.",
     NULL},
    {P,
     "Parameters that rules share: stabilizer is e (epsilon has its own, and the convention gives all others theirs). bias is "
     "on (modified like the weight), raw (as it is) or off (left out of every denominator); w-square leaves it out unless told "
     "otherwise, then it is b^2. inputs is split (a+ and a- take part apart) or whole; z-plus and alpha-beta have it. alpha "
     "and "
     "beta are at least 0, and alpha - beta is exactly 1. The bounds of z-box are numbers, one for each channel, or one for "
     "each "
     "element.",
     NULL},
    {P,
     "Of generalized-gamma, s1 is masked by z > 0 and divides by P a+ + N a- + b + gamma b+, s2 by z < 0 and divides by "
     "N a+ + P a- + b + gamma b-; where z is 0 nothing is handed on. Of alpha-beta, sA divides by W+ a+ + W- a- + b+ and sB by "
     "W- a+ + W+ a- + b-. pass reshapes R to the input's shape, and through transpositions, concatenations and padding hands "
     "it "
     "back to where the elements came from. layer-norm works over the normalised axes; the scale and shift of the "
     "normalisation come first, by zero. gradient multiplies by nothing: J^T R, through the fused activation; relu says how "
     "ReLUs are taken (guided, deconv). stop gives "
     "every input 0: the layer's output is as good as a constant, and what is computed from it alone takes no part.",
     NULL},
    {P,
     "A rule on a layer that it does not fit is refused before anything runs. In the rules of a composite it is passed over.",
     NULL},
};

static const struct lrp_prose fallback[] = {
    {H, "LAYERS WITHOUT A FORMULA", NULL},
    {P,
     "Any function z = f(a) with a vector-Jacobian product hands relevance back by automatic differentiation. That is the rule "
     "zero, and with its own stabilizer epsilon, on everything that has no weights, on layers that nobody knows and on those "
     "of plugins:",
     NULL},
    {F, "s = R / stab(z, e)    R_in = a J^T s", NULL},
    {P,
     "With several inputs, each gets its own a_i J_i^T s; with several outputs, the sum over them. Relevance goes to "
     "carriers: floats that a source reaches, a float input of the model or a row of a table looked up by tokens, through "
     "layers "
     "that hand it on. Constants, indices, masks, positions and what is made of them alone carry none; the ledger says how "
     "much "
     "their part of sums was. A product of k such inputs would give each of them all of R: each gets R / k. Where a, or what "
     "flows back, is "
     "0, R_in is 0, also beside an infinity. A residual sum so divides R in proportion to its operands, max pooling gives all "
     "to the winner (of equal ones the first in row-major order), mean pooling to each by its share.",
     NULL},
    {P,
     "Layers that only move elements (reshapes, transpositions, concatenation, slices, padding, gathers, tiles, dropout, casts "
     "between floats) hand back R as it is, also where a is 0. What falls on padding is lost. Of a layer with weights the same "
     "formula is taken of z, the activation removed; the convention pr26 keeps it inside.",
     NULL},
    {P,
     "On a network of linear layers without biases and ReLUs, the relevance of zero equals input times gradient; that is a "
     "check everybody can make.",
     NULL},
};

static const struct lrp_prose check[] = {
    {H, "THE MODEL CHECK", NULL},
    {P,
     "LRP was derived for some layers and activations, and a picture of relevance looks convincing either way. So a model with "
     "a layer of another type, or with another activation, is not explained until somebody who takes the responsibility says "
     "so: registers the type, the activation or the layer (it passes, and automatic differentiation takes care of it), or "
     "skips "
     "the check, which stays visible. A softmax at the model's end is an error of its own: it is the logits that are to be "
     "explained, and the remedy is to strip it. Errors come in this order: softmax, layers, activations.",
     NULL},
    {P,
     "Types, their groups and names of ONNX operators mean the same on the command line, in rules files, in JSON models and on "
     "the screen. A layer of any other operator has the operator's name as its type, in kebab case, and does not pass. A layer "
     "behind which an activation is fused needs both to pass. An operator that nobody implements is listed and marked; it "
     "keeps "
     "nothing else from being looked at.",
     NULL},
    {S, "Types", NULL},
};

static const struct lrp_prose composites[] = {
    {H, "COMPOSITES", NULL},
    {P,
     "A composite gives layers their rules: a list of primitives, of which the last that yields a rule that fits a layer wins. "
     "Rules given to single layers come after it. A layer that none covers has the convention's rule (zero). The first layer "
     "is "
     "the first in execution order that is more than reshaping, identity, dropout or arithmetic with constants, the last one "
     "likewise from the end. A preset whose first-layer rule found no layer says so. Dense layers and scales have "
     "epsilon(1e-6) in all presets, layer normalisations layer-norm, what only moves or normalises elements pass. Primitives "
     "are "
     "listed in lrpscope-rules(5).",
     NULL},
    {S, "Presets", NULL},
};

static const struct lrp_prose graph[] = {
    {H, "WHERE RELEVANCE STARTS", NULL},
    {P,
     "It starts at one neuron of the output: the largest of each sample (the first of equal ones) or the one that was asked "
     "for, with 1, with the logit, or with an array of the output's shape. Samples of a batch do not know of each other.",
     NULL},
    {H, "THE GRAPH", NULL},
    {P,
     "A value that several layers read collects what each of them gives back. An activation is fused into the linear layer "
     "before it if nothing else reads what lies between them. Canonization changes the graph into one that computes the same "
     "(to 1e-5) and can be explained: BatchNorm goes into the linear layer before it,",
     NULL},
    {F, "W' = W g / sqrt(var + eps)    b' = (b - mean) g / sqrt(var + eps) + beta", NULL},
    {P,
     "or into the one behind it if that pads nothing; layer normalisation is split into normalisation and scale; identities "
     "and "
     "dropout go; what exporters write out in pieces (flattening by shape arithmetic, dense layers as MatMul and Add, scales, "
     "GELU, HardSwish, Mish, layer normalisation) is one layer again. All of it can be switched off, and the layers view shows "
     "what was done. What a graph is depends on its structure and its constants, not on how much of its shapes is known.",
     NULL},
};

static const struct lrp_prose conventions[] = {
    {H, "CONVENTIONS", NULL},
    {P,
     "Tools that compute LRP differ in details that change numbers. The name of a rule stands for one formula everywhere; a "
     "convention changes defaults of parameters, what presets do beyond convolutions, and where relevance starts.",
     NULL},
};

static const struct lrp_prose differences[] = {
    {S, "Where they differ", NULL},
    {E, "stabilizer of rules without their own", "1e-9; zennit and lxt 1e-6"},
    {E, "gamma in presets",
     "gamma; zennit generalized-gamma; captum takes the bias as it is (bias=raw), in z-plus too, which there does not split "
     "the "
     "input (inputs=whole)"},
    {E, "w-square", "divides by W^2; zennit by W^2 + b^2"},
    {E, "max pooling, and layers that no primitive covers",
     "zero; zennit gradient, so that relevance also arrives where the winner is 0"},
    {E, "an activation as a layer of its own, in presets", "zero; zennit and captum pass"},
    {E, "BatchNorm that is not merged, in presets", "pass; captum zero"},
    {E, "the first-layer rule of presets",
     "for the first layer if it is a convolution; zennit for the first convolution, flat also for a dense layer"},
    {E, "start", "1; captum, pr26 and lxt the logit"},
    {E, "a model with attention, unless a composite is asked for", "attnlrp under julia and lxt"},
    {P,
     "Not copied under any convention: BatchNorm folded without its eps, an activation inside z-box's first term, a mask of "
     "generalized-gamma taken behind the activation.",
     NULL},
};

static const struct lrp_prose methods[] = {
    {H, "CONCEPTS", NULL},
    {P,
     "Under a condition (--concept LAYER=CHANNELS) a layer hands on the relevance of the channels that are named, and that of "
     "all "
     "others is dropped, once all that read the layer have given theirs (Achtibat et al. 2023). Of the layers that have a "
     "condition "
     "those count that have no other before them: only relevance that passes one of these reaches the input, so that what a "
     "shortcut carries round the layer is left out, unless --concept-parallel keep asks for it. In a chain the heatmaps of all "
     "channels add up to the plain one. The share of a channel is its relevance divided by the sum of the sizes of all "
     "channels'.",
     NULL},
    {H, "METHODS", NULL},
    {P,
     "A method is written as a rule is: its name, and in brackets values in the order below or as NAME=VALUE. The target is "
     "chosen "
     "once, of the input as it is, and kept for every changed copy. A score is the target's raw output. Means are taken in "
     "64-bit "
     "floats. A baseline is a number, mean (of every channel over space), min or max (of all values), blur(SIGMA,RADIUS), "
     "pixel(0..255), a .npy of the input's shape, of one sample's or of one value for each channel, or a picture; 0 behind "
     "preprocessing is the mean colour of the data set, not black, which is pixel(0). Noise comes from a file, a draw a row, "
     "or from "
     "a generator whose numbers depend on seed, sample, draw and element only. Of tokens it is the numbers of their embeddings "
     "that "
     "are changed; a token is given the sum of what its numbers are.",
     NULL},
};

static const struct lrp_prose ledger[] = {
    {H, "THE LEDGER", NULL},
    {P,
     "Relevance is meant to be conserved, and seldom is. The ledger has, for every layer, the sum of what arrives at it, the "
     "sum "
     "of what it gives back, and causes that add up to the difference; a positive amount is lost, a negative one was added. "
     "All "
     "sums are taken over finite numbers, in 64-bit floats. What no cause explains is other; it is rounding, about 1e-7 of the "
     "sum of |R|.",
     NULL},
    {S, "Causes", NULL},
};

static const struct lrp_prose flags[] = {
    {S, "Flags", NULL},
};

static const struct lrp_prose heatmaps[] = {
    {H, "HEATMAPS", NULL},
    {P,
     "A heatmap is a plane of numbers and a range of them spread over a colour map. Channels become one number by their sum "
     "(relevance), their Euclidean norm (gradients), the largest absolute value or the sum of absolute values. The range of a "
     "diverging colour map is symmetric, from -m to m with the largest |value| m, so that 0 is exactly the neutral colour; "
     "that "
     "of a sequential one goes from the smallest to the largest. Red speaks for the answer, blue against it. Several heatmaps "
     "can share a range, percentiles can cut it, gamma can lift what is weak, the plane can lie over the grey input. Maps of "
     "one "
     "value, zero or not, divide by nothing. Numbers that are not finite have a colour of their own and are counted. Files and "
     "screens agree: both come from the same functions.",
     NULL},
    {S, "Colour maps", NULL},
};

static const struct lrp_prose worked[] = {
    {H, "WORKED NUMBERS", NULL},
    {P, "To check an implementation, this one or another. A dense layer with a ReLU:", NULL},
    {F, "W = [3 4; 5 6]   b = [7, 8]   a = [1, 2]   R = [1/3, 2/3]", NULL},
    {F, "zero                [17/90, 316/675]", NULL},
    {F, "epsilon(0.25)       [0.186807721868, 0.46295040463]", NULL},
    {F, "w-square            [0.393224043707, 0.606775956269]", NULL},
    {F, "flat                [0.5, 0.5]", NULL},
    {F, "z-box(0, 1)         [0.286987522262, 0.713012477669]", NULL},
    {F, "alpha-beta(2, 1)    [0.377777777761, 0.936296296254]", NULL},
    {P, "Another, with a leaky ReLU (0.01):", NULL},
    {F, "W = [1 -4; 2 0]   b = [-2, 3]   a = [-1, 1]   R = [-0.07, 1]", NULL},
    {F, "zero                [-2.01, -0.04]", NULL},
    {F, "gamma(0.25)         [-2.01206896392, -0.03862068965]", NULL},
    {F, "generalized-gamma   [-1.15285714, -0.04]", NULL},
    {P, "Max pooling by windows of 2x2, one apart, by zero: all goes to the winners.", NULL},
    {F, "a = [1 2 3; 10 5 6; 7 8 9]   R = [1 2; 3 4] / 30   R_in = [0 0 0; 4 0 2; 0 0 4] / 30", NULL},
    {P, "The first layer in a skip connection, R one-hot: [4/19, 8/19] for neuron 0, [5/27, 14/27] for neuron 1.", NULL},
    {H, "REFERENCES", NULL},
    {P,
     "S. Bach, A. Binder, G. Montavon, F. Klauschen, K.-R. Mueller, W. Samek: On Pixel-Wise Explanations for Non-Linear "
     "Classifier Decisions by Layer-Wise Relevance Propagation, PLoS ONE 10(7), 2015 (zero, epsilon, alpha-beta). G. Montavon, "
     "S. "
     "Lapuschkin, A. Binder, W. Samek, K.-R. Mueller: Explaining nonlinear classification decisions with deep Taylor "
     "decomposition, Pattern Recognition 65, 2017 (w-square, z-plus, z-box). S. Lapuschkin et al.: Unmasking Clever Hans "
     "predictors, Nature Communications 10, 2019 (flat). G. Montavon, A. Binder, S. Lapuschkin, W. Samek, K.-R. Mueller: "
     "Layer-Wise Relevance Propagation: An Overview, LNCS 11700, 2019 (gamma, composites). A. Ali et al.: XAI for "
     "Transformers, "
     "ICML 2022 (layer-norm).",
     NULL},
};

static const struct lrp_prose metrics[] = {
    {H, "SCORES", NULL},
    {P,
     "evaluate and choose score explanations. No score says that an explanation is right: each asks one question, and the list "
     "below says of each what it shows and what it does not. r of a place is the sum of R over its channels; R is taken as it "
     "is, not as a picture of it. All settings meet the same inputs, units, baselines and random numbers, so that their "
     "differences are those of pairs: a lead is given with the standard error of the difference, and below two of these it is "
     "no more than chance. Settings whose relevance agrees in every input, but for a positive factor and the rounding of "
     "floats (1e-5 of its length), are shown as one.",
     NULL},
    {P,
     "Pixel flipping takes regions away, the most relevant first (MoRF), the least relevant first (LeRF). x_0 is the input, "
     "x_k "
     "has k steps of units set to the baseline, y_k is the score. AOPC is the mean of y_0 - y_k, larger for a good map under "
     "MoRF and smaller under LeRF; ABPC, the mean of y_k(LeRF) - y_k(MoRF), is the difference of both, and what settings are "
     "ranked by: a map that only finds where things are gains on the one and loses on the other. A random order is the zero "
     "line. With tokens as units AOPC under MoRF is known as comprehensiveness, under LeRF as sufficiency; the "
     "baseline remove takes tokens out of a text that may be shorter, masks and segments with them, places counted anew.",
     NULL},
    {P,
     "What stands in the place of what is taken away decides as much as the map. On a small convolutional network for pictures "
     "of clothes on black, trained to read them well, the ABPC of epsilon (which is input times gradient there) is 5.83 with "
     "the baseline 0, the best of all presets, and -0.67 with the baseline min, worse than gradient, epsilon-plus and "
     "epsilon-plus-flat: where relevance is a multiple of the input, places at the baseline can have none. Therefore two "
     "baselines "
     "are computed, mean and min, the ranking is by the mean of both ranks, and where the winners differ this is said: then "
     "there is no winner.",
     NULL},
    {P,
     "A mask says where the evidence is to be (--mask, --masks, --box). An empty mask has no score. The share of all places "
     "that "
     "it holds is what chance finds in it, and is printed. Where the network looks at something else than the mask, a faithful "
     "map scores badly.",
     NULL},
    {P,
     "Random weights replace those of whole layers, from the output on, on top of each other (cascade), from the input on, or "
     "one "
     "layer alone; BatchNorm is folded first. Without a file they are uniform in +-1/sqrt(fan-in), the fan-in being the "
     "product of the "
     "weights' sizes but the output's. The target stays the same. Rules that do without the signs of weights (flat, z-plus, "
     "alpha-beta(1,0)) and guided backprop stay similar by construction.",
     NULL},
};

#define PART(id, prose) [LRP_LRP_##id] = {prose, sizeof(prose) / sizeof *(prose)}
static const struct {
    const struct lrp_prose *prose;
    size_t count;
} parts[LRP_LRP_PARTS] = {
    PART(NOTATION, notation),     PART(RULES, rules),     PART(FALLBACK, fallback),       PART(CHECK, check),
    PART(COMPOSITES, composites), PART(GRAPH, graph),     PART(CONVENTIONS, conventions), PART(DIFFERENCES, differences),
    PART(METHODS, methods),       PART(METRICS, metrics), PART(LEDGER, ledger),           PART(FLAGS, flags),
    PART(HEATMAPS, heatmaps),     PART(WORKED, worked),
};

const struct lrp_prose *lrp_cli_lrp_prose(enum lrp_lrp_part part, size_t *count)
{
    *count = parts[part].count;
    return parts[part].prose;
}
