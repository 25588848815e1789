#!/usr/bin/env python3
"""make.py FOLDER: makes what the archives here hold (torch, transformers and onnxscript from PyPI): seeded networks of eight families
through both of torch's exporters and both of its attentions, and their relevance by torch in float64."""
import os, sys, json, traceback, warnings
warnings.filterwarnings("ignore")
os.environ["HF_HUB_OFFLINE"]="1"
import numpy as np, torch
torch.manual_seed(0)
from transformers import *
import transformers
OUT = sys.argv[1]
def small(cls,**k): return cls(**k)
V=120
ids=torch.tensor([[5,17,33,2,90,41,7]])
mask=torch.tensor([[1,1,1,1,1,1,0]])
class Wrap(torch.nn.Module):
    def __init__(s,m,names,out): super().__init__(); s.m=m; s.names=names; s.out=out
    def forward(s,*a):
        k=dict(zip(s.names,a)); 
        if not isinstance(s.m,ViTForImageClassification): k["use_cache"]=False
        try: r=s.m(**k)
        except TypeError: k.pop("use_cache",None); r=s.m(**k)
        return getattr(r,s.out)
kw=dict(vocab_size=V,hidden_size=32,num_hidden_layers=2,num_attention_heads=4,intermediate_size=64,max_position_embeddings=64)
models={
 "bert":(BertForSequenceClassification(BertConfig(**kw,num_labels=3)),["input_ids","attention_mask","token_type_ids"],"logits"),
 "distilbert":(DistilBertForSequenceClassification(DistilBertConfig(vocab_size=V,dim=32,n_layers=2,n_heads=4,hidden_dim=64,max_position_embeddings=64,num_labels=3)),["input_ids","attention_mask"],"logits"),
 "roberta":(RobertaForSequenceClassification(RobertaConfig(**kw,num_labels=3,pad_token_id=1)),["input_ids","attention_mask"],"logits"),
 "gpt2":(GPT2LMHeadModel(GPT2Config(vocab_size=V,n_embd=32,n_layer=2,n_head=4,n_positions=64)),["input_ids","attention_mask"],"logits"),
 "llama":(LlamaForCausalLM(LlamaConfig(**kw,num_key_value_heads=2,pad_token_id=0)),["input_ids","attention_mask"],"logits"),
 "qwen3":(Qwen3ForCausalLM(Qwen3Config(**kw,num_key_value_heads=2,head_dim=8,pad_token_id=0)),["input_ids","attention_mask"],"logits"),
 "vit":(ViTForImageClassification(ViTConfig(hidden_size=32,num_hidden_layers=2,num_attention_heads=4,intermediate_size=64,image_size=32,patch_size=8,num_labels=5)),["pixel_values"],"logits"),
 "t5":(T5ForConditionalGeneration(T5Config(vocab_size=V,d_model=32,d_kv=8,d_ff=64,num_layers=2,num_heads=4,decoder_start_token_id=0,pad_token_id=0)),["input_ids","attention_mask","decoder_input_ids"],"logits"),
}
only = []
for name,(m,names,out) in models.items():
    if only and name not in only: continue
    m=m.float().eval()
    with torch.no_grad():
        for p in m.parameters(): p.add_(torch.randn_like(p)*0.08)
    args={"input_ids":ids,"attention_mask":mask if name not in("gpt2","llama","qwen3") else torch.ones_like(ids),"token_type_ids":torch.tensor([[0,0,0,1,1,1,1]]),
          "pixel_values":torch.randn(1,3,32,32),"decoder_input_ids":torch.tensor([[0,11,23,9]])}
    a=tuple(args[n] for n in names); w=Wrap(m,names,out).eval()
    with torch.no_grad(): ref=w(*a).numpy()
    for attn in ("sdpa","eager"):
      try: m.set_attn_implementation(attn)
      except Exception as e: print(name,attn,"no",str(e)[:80]); continue
      for dyn in (False,True):
        d=f"{OUT}/{name}_{attn}_{'dynamo' if dyn else 'script'}"; os.makedirs(d,exist_ok=True)
        try:
            axes={n:({0:"batch",1:"decoder_sequence" if "decoder" in n else "sequence"} if n!="pixel_values" else {0:"batch"}) for n in names}
            if dyn:
                kwds=dict(dynamo=True,dynamic_shapes=None) 
                torch.onnx.export(w,a,f"{d}/model.onnx",input_names=names,output_names=[out],dynamo=True,verbose=False,external_data=False)
            else:
                torch.onnx.export(w,a,f"{d}/model.onnx",input_names=names,output_names=[out],dynamic_axes=axes,dynamo=False,opset_version=17)
            for n in names: np.save(f"{d}/{n}.npy",args[n].numpy())
            np.save(f"{d}/ref.npy",ref)
            print(name,attn,dyn,"ok",flush=True)
        except Exception as e:
            print(name,attn,dyn,"FAIL",repr(e)[:300],flush=True)

# ---- relevance by torch: models anew, with the same numbers ----
torch.manual_seed(0)
kw=dict(vocab_size=V,hidden_size=32,num_hidden_layers=2,num_attention_heads=4,intermediate_size=64,max_position_embeddings=64)
models={
 "bert":(BertForSequenceClassification(BertConfig(**kw,num_labels=3)),["input_ids","attention_mask","token_type_ids"],"logits"),
 "distilbert":(DistilBertForSequenceClassification(DistilBertConfig(vocab_size=V,dim=32,n_layers=2,n_heads=4,hidden_dim=64,max_position_embeddings=64,num_labels=3)),["input_ids","attention_mask"],"logits"),
 "roberta":(RobertaForSequenceClassification(RobertaConfig(**kw,num_labels=3,pad_token_id=1)),["input_ids","attention_mask"],"logits"),
 "gpt2":(GPT2LMHeadModel(GPT2Config(vocab_size=V,n_embd=32,n_layer=2,n_head=4,n_positions=64)),["input_ids","attention_mask"],"logits"),
 "llama":(LlamaForCausalLM(LlamaConfig(**kw,num_key_value_heads=2,pad_token_id=0)),["input_ids","attention_mask"],"logits"),
 "qwen3":(Qwen3ForCausalLM(Qwen3Config(**kw,num_key_value_heads=2,head_dim=8,pad_token_id=0)),["input_ids","attention_mask"],"logits"),
 "vit":(ViTForImageClassification(ViTConfig(hidden_size=32,num_hidden_layers=2,num_attention_heads=4,intermediate_size=64,image_size=32,patch_size=8,num_labels=5)),["pixel_values"],"logits"),
 "t5":(T5ForConditionalGeneration(T5Config(vocab_size=V,d_model=32,d_kv=8,d_ff=64,num_layers=2,num_heads=4,decoder_start_token_id=0,pad_token_id=0)),["input_ids","attention_mask","decoder_input_ids"],"logits"),
}
import torch.nn.functional as F
from torch.overrides import TorchFunctionMode
half=lambda x:(x+x.detach())/2 if False else (x*0.5+(x*0.5).detach())
def ident(x,y): 
    q=(y/torch.where(x==0,torch.ones_like(x),x)).detach(); return x*q
class LRP(TorchFunctionMode):
    def __init__(s,cp,ids,dec=None): super().__init__(); s.cp=cp; s.ids=ids; s.dec=dec; s.leaf={}; s.inside=False
    def __torch_function__(s,f,types,a=(),k=None):
        k=k or {}; n=getattr(f,"__name__","")
        if s.inside: return f(*a,**k)
        rg=lambda x:isinstance(x,torch.Tensor) and x.requires_grad
        s.inside=True
        try:
            if n=="embedding":
                y=f(*a,**k); i=a[0]
                for nm,t in(("input_ids",s.ids),("decoder_input_ids",s.dec)):
                    if t is not None and i.shape==t.shape and torch.equal(i,t) and nm not in s.leaf:
                        y=y.detach().requires_grad_(); s.leaf[nm]=y; return y
                return y
            if n in("matmul","__matmul__","bmm") and rg(a[0]) and rg(a[1]): 
                return f(half(a[0]),half(a[1]))
            if n in("mul","__mul__","__rmul__","multiply") and rg(a[0]) and rg(a[1]): return f(half(a[0]),half(a[1]))
            if n=="softmax": 
                y=f(*a,**k); return y.detach() if s.cp else y
            if n=="rsqrt": return f(*a,**k).detach()
            if n=="layer_norm":
                x=a[0]; w=k.get("weight",a[2] if len(a)>2 else None); b=k.get("bias",a[3] if len(a)>3 else None); e=k.get("eps",a[4] if len(a)>4 else 1e-5)
                c=x-x.mean(-1,keepdim=True); sd=(c.pow(2).mean(-1,keepdim=True)+e).sqrt().detach(); return c/sd*w+b
            if n in("gelu","silu","tanh","relu"):
                y=f(*a,**k)
                if not rg(a[0]): return y
                if n=="silu" and s.cp: return y.detach()
                return ident(a[0],y)
            if n=="pow" and False: pass
            return f(*a,**k)
        finally: s.inside=False
def relevance(m,args,cp,seed):
    mm=LRP(cp,args.get("input_ids"),args.get("decoder_input_ids"))
    a=dict(args)
    if "pixel_values" in a: a["pixel_values"]=a["pixel_values"].clone().requires_grad_(); mm.leaf["pixel_values"]=a["pixel_values"]
    for p in m.parameters(): p.requires_grad_(False)
    with torch.enable_grad(), mm:
        try: z=m(**a,use_cache=False).logits
        except TypeError: z=m(**a).logits
    g=torch.autograd.grad((z*seed(z)).sum(),list(mm.leaf.values()))
    return {n:((x*y).sum(-1) if n!="pixel_values" else x*y).detach().numpy() for (n,x),y in zip(mm.leaf.items(),g)}, z.detach()
# seeds: start logit, modified by z: R0 = z*seed
def one(pos,c): 
    def f(z): t=torch.zeros_like(z); t[(0,pos,c) if z.dim()==3 else (0,c)]=1; return t
    return f
def contrast(pos,A,B):
    def f(z): t=torch.zeros_like(z); i=(lambda c:(0,pos,c) if z.dim()==3 else (0,c)); t[i(A)]=1; t[i(B)]=-1; return t
    return f
def mean(pos,A):
    def f(z):
        t=torch.zeros_like(z); N=z.shape[-1]; row=t[0,pos] if z.dim()==3 else t[0]; row[:]=-1/N; row[A]=1; return t
    return f
OUTS={}
for name,(m,names,out) in models.items():
    m=m.float().eval()
    with torch.no_grad():
        for p in m.parameters(): p.add_(torch.randn_like(p)*0.08)
    args={"input_ids":ids,"attention_mask":mask if name not in("gpt2","llama","qwen3") else torch.ones_like(ids),"token_type_ids":torch.tensor([[0,0,0,1,1,1,1]]),
          "pixel_values":torch.randn(1,3,32,32),"decoder_input_ids":torch.tensor([[0,11,23,9]])}
    k={n:args[n] for n in names}
    ref=np.load(f"{OUT}/{name}_eager_script/ref.npy")
    m=m.double(); m.set_attn_implementation("eager")
    for mod in m.modules():
        for an,ch in list(mod.named_children()):
            if type(ch).__name__ in("NewGELUActivation",): setattr(mod,an,torch.nn.GELU(approximate="tanh"))
    k={n:(v.double() if v.is_floating_point() else v) for n,v in k.items()}
    seq=ref.ndim==3; pos=-1; best=int(ref[0,-1].argmax() if seq else ref[0].argmax())
    cases={"default":(one(-1,best),[]),"contrast":(contrast(-1,1,2),["--target","1 - 2" ]),"mean":(mean(-1,1),["--target","1 - mean"])}
    if seq: cases["position"]=(one(1,3),["--target","3@1"]); cases["contrast@"]=(contrast(2,4,7),["--target","4@2 - 7@2"])
    for cp in(False,True):
        for cn,(sd,tgt) in cases.items():
            R,z=relevance(m,k,cp,sd)
            assert abs(z.numpy()-ref).max()<1e-4*abs(ref).max(),(name,abs(z.numpy()-ref).max())
            for n,r in R.items():
                fn=f"{OUT}/{name}.{'cp-lrp' if cp else 'attnlrp'}.{cn}.{n}.ref"; np.save(fn,r.astype(np.float32)); json.dump(tgt,open(fn+".json","w"))
    print(name,"ok",flush=True)
