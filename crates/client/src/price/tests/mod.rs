mod fixture;
mod instructions;
mod posting;
mod reading;
